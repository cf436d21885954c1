// Command gorilla is a WebSocket source, sink and echo on github.com/gorilla/websocket, as server and as client, plain
// and in the v5.channel.k8s.io protocol. Benchmarks measure our libraries beside it and against it.
//
// Every answer is one line of JSON on stdout; a failure is one line on stderr and exit code 1.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"time"
)

const usage = `usage:
  gorilla server [-addr HOST:PORT] [-tls] [-quiet] [-until-stdin-eof]
  gorilla client source|sink|echo -url URL [flags]     plain messages
  gorilla k8s-source|k8s-sink|k8s-echo -url URL [flags]  v5.channel.k8s.io
  gorilla many -url URL [-k8s] [-sessions N] [-token T]  connections that stay, and take orders on stdin
  gorilla version
client flags: -bytes N -frame N -rounds N -warmup N -token T -sha256 -timeout D
`

// options are the client's command line.
type options struct {
	url     string
	token   string
	bytes   int64
	frame   int
	rounds  int
	warmup  int
	sha256  bool
	timeout time.Duration
}

func main() {
	if len(os.Args) < 2 {
		exitWithUsage("no mode given")
	}
	mode, args := os.Args[1], os.Args[2:]
	if mode == "client" {
		if len(args) == 0 {
			exitWithUsage("client needs source, sink or echo")
		}
		mode, args = args[0], args[1:]
	}
	switch mode {
	case "server":
		exitOn(serve(args))
	case "many":
		exitOn(many(args))
	case "version":
		printJSON(map[string]string{"name": "gorilla", "version": libraryVersion()})
	case "source", "sink", "echo", "k8s-source", "k8s-sink", "k8s-echo":
		exitOn(runClient(mode, parse(mode, args)))
	default:
		exitWithUsage(fmt.Sprintf("unknown mode %q", mode))
	}
}

func parse(mode string, args []string) options {
	var o options
	flags := flag.NewFlagSet(mode, flag.ExitOnError)
	flags.StringVar(&o.url, "url", "", "ws:// or wss:// URL; a certificate is never checked")
	flags.StringVar(&o.token, "token", "", "sent as Authorization: Bearer")
	flags.Int64Var(&o.bytes, "bytes", 64<<20, "sink: payload bytes to send")
	flags.IntVar(&o.frame, "frame", 32768, "sink: payload bytes of one message")
	flags.IntVar(&o.rounds, "rounds", 10000, "echo: measured round trips of 1 byte")
	flags.IntVar(&o.warmup, "warmup", 1000, "echo: round trips before the measured ones")
	flags.BoolVar(&o.sha256, "sha256", false, "add the SHA-256 of the payload (slower: not for measuring)")
	flags.DurationVar(&o.timeout, "timeout", 2*time.Minute, "give up after this time")
	_ = flags.Parse(args) // ExitOnError
	if o.url == "" || flags.NArg() > 0 || o.frame < 1 || o.bytes < 0 || o.rounds < 1 || o.warmup < 0 {
		exitWithUsage("-url is needed, -frame and -rounds are at least 1, nothing follows the flags")
	}
	return o
}

// libraryVersion is the version of gorilla/websocket that go.mod pins.
func libraryVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/gorilla/websocket" {
			return module.Version
		}
	}
	return "unknown"
}

func printJSON(value any) {
	if err := json.NewEncoder(os.Stdout).Encode(value); err != nil {
		exitOn(err)
	}
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func exitWithUsage(reason string) {
	fmt.Fprintf(os.Stderr, "error: %s\n%s", reason, usage)
	os.Exit(2)
}
