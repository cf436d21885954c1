package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// k8sSource counts stdout until the peer's Close.
func k8sSource(conn *websocket.Conn, o options, r *result) error {
	session := newSession(conn, newCounter(o.sha256))
	err := session.readToClose(r)
	r.Bytes, r.Frames, r.SHA256 = session.stdout.bytes, session.stdout.frames, session.stdout.sum()
	return err
}

// k8sSink writes stdin and ends it, while another goroutine reads to the peer's Close.
func k8sSink(conn *websocket.Conn, o options, r *result) (err error) {
	session := newSession(conn, newCounter(false))
	end := make(chan error, 1)
	go func() { end <- session.readToClose(r) }()
	digest := newCounter(o.sha256)
	r.Frames, err = sendAll(conn, []byte{stdin}, o.bytes, o.frame, digest.digest)
	if err == nil {
		r.Bytes, r.SHA256 = o.bytes, digest.sum()
		err = conn.WriteMessage(websocket.BinaryMessage, []byte{signal, stdin})
	}
	if err != nil { // why the peer ended early is said on its side of the connection
		select {
		case said := <-end:
			return fmt.Errorf("%w; the session ended with: %v", err, said)
		case <-time.After(lingerTime):
			return err
		}
	}
	err = <-end
	r.Reply = strings.TrimSpace(session.said.String())
	return err
}

// k8sEcho writes one byte of stdin and waits for one byte of stdout, again and again, then ends stdin.
func k8sEcho(conn *websocket.Conn, o options, r *result) error {
	session := newSession(conn, newCounter(false))
	err := roundTrips(o, r, func() error {
		if err := conn.WriteMessage(websocket.BinaryMessage, []byte{stdin, 'x'}); err != nil {
			return err
		}
		for before := session.stdout.bytes; session.stdout.bytes == before; {
			if err := session.readMessage(r); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := conn.WriteMessage(websocket.BinaryMessage, []byte{signal, stdin}); err != nil {
		return err
	}
	return session.readToClose(r)
}

// session is the client's view of one exec: what came on each channel so far.
type session struct {
	conn    *websocket.Conn
	stdout  *counter
	said    strings.Builder // the head of stdout
	stderr  strings.Builder // the head of stderr
	status  strings.Builder
	channel [1]byte
	buffer  []byte
}

// headBytes is how much of stdout and stderr a result can show.
const headBytes = 1024

func newSession(conn *websocket.Conn, stdout *counter) *session {
	return &session{conn: conn, stdout: stdout, buffer: make([]byte, 64<<10)}
}

// readToClose reads until the peer's Close; only 1000 after a Success is a good end.
func (s *session) readToClose(r *result) error {
	var err error
	for err == nil {
		err = s.readMessage(r)
	}
	if r.CloseCode != websocket.CloseNormalClosure {
		return err
	}
	var said struct{ Status, Message string }
	if err := json.Unmarshal([]byte(s.status.String()), &said); err != nil {
		return fmt.Errorf("status %q is not JSON: %w", s.status.String(), err)
	}
	if r.Status = said.Status; said.Status != "Success" {
		return fmt.Errorf("status %s: %s; stderr: %q", said.Status, said.Message, r.Stderr)
	}
	return nil
}

func (s *session) readMessage(r *result) error {
	kind, message, err := s.conn.NextReader()
	if err != nil {
		_ = closed(err, r)
		return err
	}
	if kind != websocket.BinaryMessage {
		return fmt.Errorf("message of type %d, expected binary", kind)
	}
	if _, err := io.ReadFull(message, s.channel[:]); err != nil {
		return fmt.Errorf("message without a channel: %w", err)
	}
	switch s.channel[0] {
	case stdout:
		before := s.stdout.bytes
		err = drain(s.stdout, message, s.buffer)
		if first := s.stdout.bytes - before; first > 0 {
			s.stdout.frames++ // the opening message is empty and not one of them
			if room := headBytes - s.said.Len(); room > 0 {
				s.said.Write(s.buffer[:min(first, int64(room), int64(len(s.buffer)))])
			}
		}
	case stderr:
		err = drain(head{&s.stderr}, message, s.buffer)
		r.Stderr = s.stderr.String()
	case status:
		err = drain(&s.status, message, s.buffer)
	default:
		err = fmt.Errorf("message on channel %d", s.channel[0])
	}
	return err
}

// head keeps the first bytes of a stream and drops the rest.
type head struct{ of *strings.Builder }

func (h head) Write(p []byte) (int, error) {
	if room := headBytes - h.of.Len(); room > 0 {
		h.of.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}
