// Package localpod gives the CRI streaming server of any Kubernetes release pods whose commands are processes of this
// host, and the paths and queries of a kube-apiserver in front, so that any client can be pointed at it.
package localpod

import (
	"context"
	"errors"
	"io"
	"net"
	"os/exec"
	"strconv"

	"github.com/creack/pty"
)

// Runtime is what a CRI streaming server calls. Its releases differ in nothing but the type of a terminal's size.
type Runtime[Size ~struct{ Width, Height uint16 }] struct {
	// Container is what an attach starts, each time anew, so that no two sessions share a process.
	Container []string
	// InProcess has some commands run without a process, see inProcess.
	InProcess bool
}

// Exec runs a command to its end; one with an exit code other than 0 is an exitError.
func (r Runtime[Size]) Exec(_ context.Context, _ string, command []string, in io.Reader, out, err io.WriteCloser, tty bool, resize <-chan Size) error {
	if len(command) == 0 {
		return errors.New("no command")
	}
	if r.InProcess {
		if run := inProcess(command); run != nil {
			go follow(resize, func(Size) {})
			return run(in, out)
		}
	}
	cmd := exec.Command(command[0], command[1:]...)
	if !tty {
		go follow(resize, func(Size) {})
		return runOnPipes(cmd, in, out, err)
	}
	return runOnTerminal(cmd, in, out, func(resized func(*pty.Winsize)) {
		follow(resize, func(size Size) {
			plain := struct{ Width, Height uint16 }(size)
			resized(&pty.Winsize{Cols: plain.Width, Rows: plain.Height})
		})
	})
}

// Attach runs the container's command to its end, and as with a real container says nothing of its exit code.
func (r Runtime[Size]) Attach(ctx context.Context, id string, in io.Reader, out, err io.WriteCloser, tty bool, resize <-chan Size) error {
	failure := r.Exec(ctx, id, r.Container, in, out, err, tty, resize)
	if errors.As(failure, new(exitError)) {
		return nil
	}
	return failure
}

// PortForward connects the stream to a port of this host until that closes; the end of the stream is handed on.
func (r Runtime[Size]) PortForward(_ context.Context, _ string, port int32, stream io.ReadWriteCloser) error {
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))))
	if err != nil {
		return err
	}
	defer conn.Close()
	go func() {
		_, _ = io.Copy(conn, stream)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	_, err = io.Copy(stream, conn)
	return err
}

// follow takes every size, wanted or not: one that nobody takes would block its whole connection. No channel, no sizes.
func follow[Size any](resize <-chan Size, resized func(Size)) {
	if resize == nil {
		return
	}
	for size := range resize {
		resized(size)
	}
}
