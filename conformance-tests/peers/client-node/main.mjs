// exec by the official JavaScript client, as its users write it; the command line is in ../README.md.
import { Exec, KubeConfig } from '@kubernetes/client-node';
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

const GAVE_UP = 124;

function parse(words) {
    const line = { stdin: false, tty: false, timeoutSeconds: 60 };
    if (words.shift() !== 'exec') {
        throw new Error('expected exec ...');
    }
    while (words.length > 0 && line.command === undefined) {
        const word = words.shift();
        switch (word) {
            case '--kubeconfig': line.kubeconfig = words.shift(); break;
            case '-i': line.stdin = true; break;
            case '-t': line.tty = true; break;
            case '--resize': line.resize = words.shift().split('x').map(Number); break;
            case '--timeout': line.timeoutSeconds = Number(words.shift()); break;
            case '--': line.command = words.splice(0); break;
            default: line.pod = word;
        }
    }
    return line;
}

/** A stream of ours that the client may end. */
function passTo(target) {
    return new Writable({ write: (chunk, encoding, done) => target.write(chunk, encoding, done) });
}

/** Standard output as a window, which changes its size with the first byte of the command. */
function windowOf(target, [columns, rows]) {
    const window = new Writable({
        write(chunk, encoding, done) {
            target.write(chunk, encoding, done);
            if (this.columns !== columns) {
                Object.assign(this, { columns, rows });
                this.emit('resize');
            }
        },
    });
    return Object.assign(window, { columns: 80, rows: 24 });
}

function exitCode(status) {
    if (status.status === 'Success') {
        return 0;
    }
    const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
    if (cause === undefined) {
        throw new Error(`no exit code: ${status.message}`);
    }
    return Number(cause.message);
}

async function run(line) {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(line.kubeconfig);
    const stdout = line.resize ? windowOf(process.stdout, line.resize) : passTo(process.stdout);
    const stderr = line.tty ? null : passTo(process.stderr);
    const stdin = line.stdin ? process.stdin : null;
    const shown = Promise.all([stdout, stderr].filter((stream) => stream !== null).map((stream) => finished(stream)));

    const outcome = new Promise((resolve, reject) => {
        new Exec(kubeConfig)
            .exec('default', line.pod, 'main', line.command, stdout, stderr, stdin, line.tty, resolve)
            .then((socket) => {
                socket.on('close', () => reject(new Error('closed without a status')));
                setTimeout(() => {
                    resolve(null);
                    socket.close();
                }, line.timeoutSeconds * 1000);
            })
            .catch(reject);
    });
    const status = await outcome;
    if (status === null) {
        return GAVE_UP;
    }
    await shown;
    return exitCode(status);
}

try {
    process.exit(await run(parse(process.argv.slice(2))));
} catch (failed) {
    console.error(`error: ${failed.message}`);
    process.exit(1);
}
