package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"os"
	"runtime"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/klog/v2"
)

const (
	period     = 251
	echoWarmUp = 1000
	benchBound = 2 * time.Minute
)

// order is one line of JSON on stdin; the answer is one on stdout.
//
//	version                         of Go
//	source                          reads stdout to its end
//	sink     number, frame          writes so many bytes to stdin, 0 to 250 again and again in each frame, then ends it
//	echo     number, sessions       one byte there and back, so many times in each of the sessions, all at once
//	connect  number                 so many sessions, each to the first byte of stdout, which is x, and the end
//	reconnect number                the same: client-go keeps nothing from one session to the next
//
// Anything but an exit code of 0 is an error, and so is a byte of echo or connect that is wrong.
type order struct {
	Mode    string
	Address struct {
		URL, Token, Pod, CA string
	}
	Command  []string
	Number   int
	Frame    int
	Sessions int
	SHA256   bool
}

type answer map[string]any

// bench takes orders until stdin ends.
func bench() error {
	klog.SetLogger(logr.Discard())
	orders := bufio.NewScanner(os.Stdin)
	out := json.NewEncoder(os.Stdout)
	for orders.Scan() {
		reply, err := run(orders.Bytes())
		if err != nil {
			reply = answer{"error": err.Error()}
		}
		if err := out.Encode(reply); err != nil {
			return err
		}
	}
	return orders.Err()
}

func run(line []byte) (answer, error) {
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return nil, err
	}
	if o.Mode == "version" {
		return answer{"go": runtime.Version()}, nil
	}
	target, err := newTarget(o)
	if err != nil {
		return nil, err
	}
	switch o.Mode {
	case "source":
		return target.source(o)
	case "sink":
		return target.sink(o)
	case "echo":
		return target.echo(o)
	case "connect", "reconnect":
		return target.connect(o)
	}
	return nil, fmt.Errorf("no mode %q", o.Mode)
}

// target is a command in a pod: where it is asked for, and as whom.
type target struct {
	config *rest.Config
	url    string
}

func newTarget(o order) (target, error) {
	config := &rest.Config{
		Host:            o.Address.URL,
		BearerToken:     o.Address.Token,
		TLSClientConfig: rest.TLSClientConfig{CAData: []byte(o.Address.CA)},
	}
	request, err := requestTo(config, o.Address.Pod, "exec")
	if err != nil {
		return target{}, err
	}
	request.VersionedParams(&corev1.PodExecOptions{
		Command: o.Command, Stdin: o.Mode == "sink" || o.Mode == "echo", Stdout: true, Stderr: true,
	}, scheme.ParameterCodec)
	return target{config, request.URL().String()}, nil
}

// stream runs the command to its end.
func (t target) stream(stdin io.Reader, stdout io.Writer) error {
	executor, err := remotecommand.NewWebSocketExecutor(t.config, "GET", t.url)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), benchBound)
	defer cancel()
	var complaint strings.Builder
	err = executor.StreamWithContext(ctx, remotecommand.StreamOptions{Stdin: stdin, Stdout: stdout, Stderr: &complaint})
	if err == nil && complaint.Len() > 0 {
		err = fmt.Errorf("stderr: %s", complaint.String())
	}
	return err
}

func (t target) source(o order) (answer, error) {
	stdout := &counter{}
	if o.SHA256 {
		stdout.digest = sha256.New()
	}
	if err := t.stream(nil, stdout); err != nil {
		return nil, err
	}
	reply := answer{"bytes": stdout.bytes}
	if o.SHA256 {
		reply["sha256"] = hex.EncodeToString(stdout.digest.Sum(nil))
	}
	return reply, nil
}

// counter counts what comes.
type counter struct {
	bytes  int64
	digest hash.Hash
}

func (c *counter) Write(output []byte) (int, error) {
	c.bytes += int64(len(output))
	if c.digest != nil {
		c.digest.Write(output)
	}
	return len(output), nil
}

func (t target) sink(o order) (answer, error) {
	stdin := &frames{pattern: make([]byte, o.Frame), left: o.Number}
	for i := range stdin.pattern {
		stdin.pattern[i] = byte(i % period)
	}
	var stdout strings.Builder
	err := t.stream(stdin, &stdout)
	return answer{"reply": strings.TrimSpace(stdout.String())}, err
}

// frames yields one frame with each read.
type frames struct {
	pattern []byte
	left    int
}

func (f *frames) Read(into []byte) (int, error) {
	if f.left == 0 {
		return 0, io.EOF
	}
	n := copy(into, f.pattern[:min(f.left, len(f.pattern))])
	f.left -= n
	return n, nil
}

func (t target) echo(o order) (answer, error) {
	warm := new(sync.WaitGroup)
	warm.Add(o.Sessions)
	ended := make(chan *ball, o.Sessions)
	for range o.Sessions {
		go func() {
			b := &ball{back: make(chan string, 1), warm: warm, round: -echoWarmUp / o.Sessions, rounds: o.Number}
			if err := t.stream(b, b); err != nil {
				b.failure = err
			}
			ended <- b
		}()
	}
	var micros []float64
	for range o.Sessions {
		b := <-ended
		if b.failure != nil {
			return nil, b.failure
		}
		micros = append(micros, b.micros...)
	}
	if len(micros) != o.Number*o.Sessions {
		return nil, fmt.Errorf("%d round trips, expected %d", len(micros), o.Number*o.Sessions)
	}
	return latencies(micros), nil
}

// ball is one byte that goes there and back: the next stdin, when it has come on stdout.
type ball struct {
	back          chan string
	warm          *sync.WaitGroup
	round, rounds int // those before 0 warm up
	thrown        time.Time
	micros        []float64
	failure       error
}

func (b *ball) Write(output []byte) (int, error) {
	b.back <- string(output)
	return len(output), nil
}

func (b *ball) Read(into []byte) (int, error) {
	if !b.thrown.IsZero() {
		if back := <-b.back; back != "x" {
			b.failure = fmt.Errorf("echo of x is %q", back)
			return 0, io.EOF
		}
		if b.round >= 0 {
			b.micros = append(b.micros, microsSince(b.thrown))
		}
		b.round++
	}
	if b.round == 0 {
		b.warm.Done()
		b.warm.Wait()
	}
	if b.round == b.rounds {
		return 0, io.EOF
	}
	b.thrown = time.Now()
	return copy(into, "x"), nil
}

func (t target) connect(o order) (answer, error) {
	micros := make([]float64, o.Number)
	for i := range micros {
		first := &firstByte{begun: time.Now()}
		if err := t.stream(nil, first); err != nil {
			return nil, err
		}
		if first.all != "x" {
			return nil, fmt.Errorf("%q came, expected x", first.all)
		}
		micros[i] = first.micros
	}
	return latencies(micros), nil
}

// firstByte takes the time when output begins.
type firstByte struct {
	begun  time.Time
	micros float64
	all    string
}

func (f *firstByte) Write(output []byte) (int, error) {
	if f.all == "" {
		f.micros = microsSince(f.begun)
	}
	f.all += string(output)
	return len(output), nil
}

func microsSince(begun time.Time) float64 {
	return float64(time.Since(begun).Nanoseconds()) / 1000
}

func latencies(micros []float64) answer {
	sort.Float64s(micros)
	return answer{"p50Micros": micros[len(micros)/2], "p99Micros": micros[len(micros)*99/100]}
}
