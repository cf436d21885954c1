package localpod

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"

	"github.com/creack/pty"
)

// exitError is an end with an exit code other than 0, in the shape that the streaming servers look for; 128 + n after
// signal n, as container runtimes have it.
type exitError int

func (e exitError) Error() string   { return fmt.Sprintf("exit status %d", int(e)) }
func (e exitError) String() string  { return e.Error() }
func (e exitError) Exited() bool    { return true }
func (e exitError) ExitStatus() int { return int(e) }

func runOnPipes(cmd *exec.Cmd, in io.Reader, out, err io.Writer) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stdout, cmd.Stderr = out, err
	var stdin io.WriteCloser
	if in != nil {
		var failure error
		if stdin, failure = cmd.StdinPipe(); failure != nil {
			return failure
		}
	}
	if failure := groups.start(cmd, cmd.Start); failure != nil {
		return failure
	}
	defer groups.ended(cmd)
	if in != nil {
		go func() {
			_, _ = io.Copy(stdin, in) // ends with the session at the latest
			_ = stdin.Close()
		}()
	}
	return outcome(cmd.Wait())
}

// runOnTerminal ends when the last process on the terminal is gone, or the client, whose end hangs the terminal up.
func runOnTerminal(cmd *exec.Cmd, in io.Reader, out io.Writer, follow func(resized func(*pty.Winsize))) error {
	if out == nil {
		out = io.Discard
	}
	var terminal io.ReadWriteCloser
	failure := groups.start(cmd, func() error {
		file, failure := pty.Start(cmd)
		if failure == nil {
			go follow(func(size *pty.Winsize) { _ = pty.Setsize(file, size) })
		}
		terminal = file
		return failure
	})
	if failure != nil {
		return failure
	}
	defer groups.ended(cmd)
	if in != nil {
		go func() { _, _ = io.Copy(terminal, in) }()
	}
	_, _ = io.Copy(out, terminal) // a terminal that nobody has open any more reads as an error
	_ = terminal.Close()
	return outcome(cmd.Wait())
}

func outcome(failure error) error {
	var exit *exec.ExitError
	if !errors.As(failure, &exit) {
		return failure
	}
	if status := exit.Sys().(syscall.WaitStatus); status.Signaled() {
		return exitError(128 + int(status.Signal()))
	}
	return exitError(exit.ExitCode())
}

// groups are the process groups that run now, so that none outlives this server.
var groups processGroups

type processGroups struct {
	lock    sync.Mutex
	running map[int]struct{}
	closed  bool
}

func (g *processGroups) start(cmd *exec.Cmd, start func() error) error {
	g.lock.Lock()
	defer g.lock.Unlock()
	if g.closed {
		return errors.New("the server ends")
	}
	if err := start(); err != nil {
		return err
	}
	if g.running == nil {
		g.running = map[int]struct{}{}
	}
	g.running[cmd.Process.Pid] = struct{}{}
	return nil
}

func (g *processGroups) ended(cmd *exec.Cmd) {
	g.lock.Lock()
	defer g.lock.Unlock()
	delete(g.running, cmd.Process.Pid)
}

func (g *processGroups) killAll() {
	g.lock.Lock()
	defer g.lock.Unlock()
	g.closed = true
	for leader := range g.running {
		_ = syscall.Kill(-leader, syscall.SIGKILL)
	}
}
