package main

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strconv"
	"strings"

	"github.com/gorilla/websocket"
)

const (
	// minBuffer is the read and write buffer that client-go gives gorilla.
	minBuffer = 33 << 10

	subprotocol = "v5.channel.k8s.io"

	stdin  = 0
	stdout = 1
	stderr = 2
	status = 3
	signal = 255 // CLOSE: the second byte names the channel that ends
)

// success is the status of a command that exited with 0.
const success = `{"metadata":{},"status":"Success"}`

// bufferFor is the write buffer in which one message of a client fits whole: gorilla fragments longer ones.
func bufferFor(frame int) int {
	return max(minBuffer, frame+1)
}

// pattern fills a message: header first, then bytes that repeat with a period prime to any frame size in use.
func pattern(header []byte, frame int) []byte {
	message := make([]byte, len(header)+frame)
	copy(message, header)
	for i := range message[len(header):] {
		message[len(header)+i] = byte(i % 251)
	}
	return message
}

// sendAll sends total payload bytes in messages of the given size, each with the header in front.
func sendAll(conn *websocket.Conn, header []byte, total int64, frame int, digest hash.Hash) (frames int64, err error) {
	message := pattern(header, frame)
	for left := total; left > 0; frames++ {
		payload := min(left, int64(frame))
		if err := conn.WriteMessage(websocket.BinaryMessage, message[:int64(len(header))+payload]); err != nil {
			return frames, err
		}
		if digest != nil {
			digest.Write(message[len(header) : int64(len(header))+payload])
		}
		left -= payload
	}
	return frames, nil
}

// counter is the end of a stream: it counts, and digests when asked to.
type counter struct {
	bytes  int64
	frames int64
	digest hash.Hash
}

func newCounter(withDigest bool) *counter {
	c := &counter{}
	if withDigest {
		c.digest = sha256.New()
	}
	return c
}

func (c *counter) Write(p []byte) (int, error) {
	c.bytes += int64(len(p))
	if c.digest != nil {
		c.digest.Write(p)
	}
	return len(p), nil
}

// sum is the digest in hex, or nothing when none was asked for.
func (c *counter) sum() string {
	if c.digest == nil {
		return ""
	}
	return hex.EncodeToString(c.digest.Sum(nil))
}

// report is the count, and the digest after a blank when one was asked for.
func (c *counter) report() string {
	return strings.TrimSpace(strconv.FormatInt(c.bytes, 10) + " " + c.sum())
}

// drain copies the rest of a message through one buffer that the caller owns.
func drain(to io.Writer, message io.Reader, buffer []byte) error {
	for {
		n, err := message.Read(buffer)
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
