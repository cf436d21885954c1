// Command creack-pty runs programs on terminals with github.com/creack/pty. Benchmarks measure pty-native beside it.
//
// It reads one order a line and answers each with one line of JSON; it ends when stdin ends:
//
//	version              versions of creack/pty and of Go
//	spawn N SHELL        N times: from the start to the first byte, which is x
//	echo N SHELL         one byte there and back, N times, when the program has said x
//	output BYTES SHELL   from the start to the last of so many bytes, 0 to 250 again and again
//	hold N SHELL         N that have said x live on, each with a reader, until this process ends
//
// SHELL is for sh -c. Programs of spawn and output wait for a line before they end. A byte or an exit code that is wrong is
// an error.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/creack/pty"
)

const (
	readBytes  = 64 << 10
	period     = 251
	echoWarmUp = 1000
)

type answer map[string]any

// program is one that runs on a terminal.
type program struct {
	terminal *os.File
	command  *exec.Cmd
}

func main() {
	orders := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for orders.Scan() {
		giveUp := time.AfterFunc(2*time.Minute, func() {
			fmt.Fprintln(os.Stderr, "no end after two minutes:", orders.Text())
			os.Exit(1)
		})
		reply, err := run(orders.Text())
		if err != nil {
			reply = answer{"error": err.Error()}
		}
		giveUp.Stop()
		if err := out.Encode(reply); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			os.Exit(1)
		}
	}
}

func run(order string) (answer, error) {
	words := append(strings.SplitN(order, " ", 3), "", "")
	number, _ := strconv.Atoi(words[1])
	switch words[0] {
	case "version":
		return answer{"version": libraryVersion(), "go": runtime.Version()}, nil
	case "spawn":
		return spawn(number, words[2])
	case "echo":
		return echo(number, words[2])
	case "output":
		return output(int64(number), words[2])
	case "hold":
		return hold(number, words[2])
	}
	return nil, fmt.Errorf("no order %q", order)
}

func start(shell string) (program, error) {
	command := exec.Command("/bin/sh", "-c", shell)
	terminal, err := pty.StartWithSize(command, &pty.Winsize{Cols: 80, Rows: 24})
	return program{terminal, command}, err
}

// awaitX reads the x that says that the program runs.
func (p program) awaitX() error {
	return p.await('x')
}

func (p program) await(expected byte) error {
	var one [1]byte
	if _, err := p.terminal.Read(one[:]); err != nil {
		return err
	}
	if one[0] != expected {
		return fmt.Errorf("the byte %d came, expected %d", one[0], expected)
	}
	return nil
}

// end types the line that the program waits for, and waits for its end; it says how many bytes came before.
func (p program) end() (int64, error) {
	defer p.terminal.Close()
	if _, err := p.terminal.Write([]byte("\n")); err != nil {
		return 0, err
	}
	rest, err := io.Copy(io.Discard, p.terminal)
	if err != nil && !errors.Is(err, syscall.EIO) { // EIO is a terminal's end on Linux
		return rest, err
	}
	return rest, p.command.Wait()
}

func (p program) kill() error {
	if err := p.command.Process.Kill(); err != nil {
		return err
	}
	_ = p.command.Wait() // says that it was killed
	return p.terminal.Close()
}

func spawn(times int, shell string) (answer, error) {
	micros := make([]float64, times)
	for i := range micros {
		begun := time.Now()
		program, err := start(shell)
		if err != nil {
			return nil, err
		}
		if err := program.awaitX(); err != nil {
			return nil, err
		}
		micros[i] = microsSince(begun)
		if _, err := program.end(); err != nil {
			return nil, err
		}
	}
	return latencies(micros), nil
}

func echo(times int, shell string) (answer, error) {
	program, err := start(shell)
	if err != nil {
		return nil, err
	}
	if err := program.awaitX(); err != nil {
		return nil, err
	}
	micros := make([]float64, times)
	for i := -echoWarmUp; i < times; i++ {
		begun := time.Now()
		if _, err := program.terminal.Write([]byte{byte(i)}); err != nil {
			return nil, err
		}
		if err := program.await(byte(i)); err != nil {
			return nil, err
		}
		if i >= 0 {
			micros[i] = microsSince(begun)
		}
	}
	return latencies(micros), program.kill()
}

func output(expected int64, shell string) (answer, error) {
	pattern := make([]byte, period+readBytes)
	for i := range pattern {
		pattern[i] = byte(i % period)
	}
	buffer := make([]byte, readBytes)
	begun := time.Now()
	program, err := start(shell)
	if err != nil {
		return nil, err
	}
	var came int64
	for came < expected {
		n, err := program.terminal.Read(buffer)
		if err != nil {
			return nil, fmt.Errorf("%d bytes came, expected %d: %w", came, expected, err)
		}
		from := int(came % period)
		if !bytes.Equal(buffer[:n], pattern[from:from+n]) {
			return nil, fmt.Errorf("a wrong byte among the %d after %d", n, came)
		}
		came += int64(n)
	}
	seconds := time.Since(begun).Seconds()
	if came != expected {
		return nil, fmt.Errorf("%d bytes came, expected %d", came, expected)
	}
	rest, err := program.end()
	if err == nil && rest > 0 {
		err = fmt.Errorf("%d bytes more than %d", rest, expected)
	}
	return answer{"bytes": came, "mibPerSecond": float64(came) / (1 << 20) / seconds}, err
}

func hold(count int, shell string) (answer, error) {
	for i := 0; i < count; i++ {
		program, err := start(shell)
		if err != nil {
			return nil, err
		}
		if err := program.awaitX(); err != nil {
			return nil, err
		}
		go io.Copy(io.Discard, program.terminal)
	}
	return answer{"live": count}, nil
}

func microsSince(begun time.Time) float64 {
	return float64(time.Since(begun).Nanoseconds()) / 1000
}

func latencies(micros []float64) answer {
	sort.Float64s(micros)
	return answer{"p50Micros": micros[len(micros)/2], "p99Micros": micros[len(micros)*99/100]}
}

// libraryVersion is the version of creack/pty that go.mod pins.
func libraryVersion() string {
	info, _ := debug.ReadBuildInfo()
	for _, module := range info.Deps {
		if module.Path == "github.com/creack/pty" {
			return module.Version
		}
	}
	return "unknown"
}
