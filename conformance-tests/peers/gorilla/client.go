package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
)

// result is what a client prints. Rates count payload only, from the end of the handshake to the peer's Close.
type result struct {
	Mode       string  `json:"mode"`
	Bytes      int64   `json:"bytes"`
	Frames     int64   `json:"frames"`
	Seconds    float64 `json:"seconds"`
	MiBPerSec  float64 `json:"mibPerSecond"`
	CPUSeconds float64 `json:"cpuSeconds"`
	Rounds     int     `json:"rounds,omitempty"`
	MeanMicros float64 `json:"meanMicros,omitempty"`
	P50Micros  float64 `json:"p50Micros,omitempty"`
	P99Micros  float64 `json:"p99Micros,omitempty"`
	MaxMicros  float64 `json:"maxMicros,omitempty"`
	Reply      string  `json:"reply,omitempty"`
	Stderr     string  `json:"stderr,omitempty"`
	Status     string  `json:"status,omitempty"`
	SHA256     string  `json:"sha256,omitempty"`
	CloseCode  int     `json:"closeCode"`
}

func runClient(mode string, o options) error {
	time.AfterFunc(o.timeout, func() { exitOn(fmt.Errorf("%s not finished after %s", mode, o.timeout)) })
	conn, err := dial(mode, o)
	if err != nil {
		return err
	}
	defer conn.Close()

	r := &result{Mode: mode}
	cpu, start := cpuSeconds(), time.Now()
	switch mode {
	case "source":
		err = source(conn, o, r)
	case "sink":
		err = sink(conn, o, r)
	case "echo":
		err = echo(conn, o, r)
	case "k8s-source":
		err = k8sSource(conn, o, r)
	case "k8s-sink":
		err = k8sSink(conn, o, r)
	case "k8s-echo":
		err = k8sEcho(conn, o, r)
	}
	if r.Seconds == 0 {
		r.Seconds = time.Since(start).Seconds()
	}
	r.CPUSeconds = cpuSeconds() - cpu
	r.MiBPerSec = float64(r.Bytes) / (1 << 20) / r.Seconds
	if err != nil {
		return fmt.Errorf("%s: %w (after %d bytes)", mode, err, r.Bytes)
	}
	printJSON(r)
	return nil
}

func dial(mode string, o options) (*websocket.Conn, error) {
	dialer := websocket.Dialer{
		HandshakeTimeout: 10 * time.Second,
		ReadBufferSize:   minBuffer,
		WriteBufferSize:  bufferFor(o.frame),
		TLSClientConfig:  &tls.Config{InsecureSkipVerify: true}, // a yardstick on loopback, not a client for the world
	}
	header := http.Header{}
	if o.token != "" {
		header.Set("Authorization", "Bearer "+o.token)
	}
	if strings.HasPrefix(mode, "k8s-") {
		dialer.Subprotocols = []string{subprotocol}
	}
	conn, response, err := dialer.Dial(o.url, header)
	if err != nil && response != nil {
		body, _ := io.ReadAll(response.Body)
		return nil, fmt.Errorf("%w: %s %s", err, response.Status, strings.TrimSpace(string(body)))
	}
	if err == nil && len(dialer.Subprotocols) > 0 && conn.Subprotocol() != subprotocol {
		return nil, fmt.Errorf("server chose subprotocol %q, expected %s", conn.Subprotocol(), subprotocol)
	}
	return conn, err
}

// source reads messages until the peer's Close.
func source(conn *websocket.Conn, o options, r *result) error {
	seen := newCounter(o.sha256)
	buffer := make([]byte, 64<<10)
	for {
		_, message, err := conn.NextReader()
		if err == nil {
			seen.frames++
			err = drain(seen, message, buffer)
		}
		if err != nil {
			r.Bytes, r.Frames, r.SHA256 = seen.bytes, seen.frames, seen.sum()
			return closed(err, r)
		}
	}
}

// sink sends everything, then a text message as end mark; the reply is the peer's count.
func sink(conn *websocket.Conn, o options, r *result) (err error) {
	digest := newCounter(o.sha256)
	if r.Frames, err = sendAll(conn, nil, o.bytes, o.frame, digest.digest); err != nil {
		return err
	}
	r.Bytes, r.SHA256 = o.bytes, digest.sum()
	if err := conn.WriteMessage(websocket.TextMessage, []byte("end")); err != nil {
		return err
	}
	for {
		_, message, err := conn.ReadMessage()
		if err != nil {
			if count, _, _ := strings.Cut(r.Reply, " "); count != strconv.FormatInt(o.bytes, 10) {
				return fmt.Errorf("the peer counted %q of %d bytes; %w", count, o.bytes, err)
			}
			return closed(err, r)
		}
		r.Reply += string(message)
	}
}

func echo(conn *websocket.Conn, o options, r *result) error {
	err := roundTrips(o, r, func() error {
		if err := conn.WriteMessage(websocket.BinaryMessage, []byte{'x'}); err != nil {
			return err
		}
		_, message, err := conn.ReadMessage()
		if err == nil && string(message) != "x" {
			return fmt.Errorf("echo of x is %q", message)
		}
		return err
	})
	if err != nil {
		return err
	}
	return closeFirst(conn, r)
}

// roundTrips measures one round trip after the other, the first ones unmeasured.
func roundTrips(o options, r *result, once func() error) error {
	for range o.warmup {
		if err := once(); err != nil {
			return err
		}
	}
	micros := make([]float64, o.rounds)
	total := 0.0
	for i := range micros {
		start := time.Now()
		if err := once(); err != nil {
			return err
		}
		micros[i] = float64(time.Since(start).Nanoseconds()) / 1000
		total += micros[i]
	}
	slices.Sort(micros)
	r.Rounds, r.Bytes, r.Frames = o.rounds, int64(o.rounds), int64(o.rounds)
	r.Seconds = total / 1e6
	r.MeanMicros = total / float64(o.rounds)
	r.P50Micros = micros[o.rounds/2]
	r.P99Micros = micros[o.rounds*99/100]
	r.MaxMicros = micros[o.rounds-1]
	return nil
}

// closeFirst starts the close handshake and waits for its end.
func closeFirst(conn *websocket.Conn, r *result) error {
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if err := conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(10*time.Second)); err != nil {
		return err
	}
	for {
		if _, _, err := conn.NextReader(); err != nil {
			return closed(err, r)
		}
	}
}

// closed takes the error that ended reading: only a Close with 1000 is a good end.
func closed(err error, r *result) error {
	var end *websocket.CloseError
	if errors.As(err, &end) {
		r.CloseCode = end.Code
		if end.Code == websocket.CloseNormalClosure {
			return nil
		}
	}
	return err
}

// cpuSeconds is what this process has used, user and system.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return float64(usage.Utime.Sec+usage.Stime.Sec) + float64(usage.Utime.Usec+usage.Stime.Usec)/1e6
}
