package localpod

import (
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"
)

// period is that of the payload: the bytes 0 to 250 again and again, anew in each write.
const period = 251

// inProcess is what a benchmark has instead of a process: source BYTES FRAME, sink [sha256] and echo; nil for any other
// command.
func inProcess(command []string) func(in io.Reader, out io.Writer) error {
	switch {
	case command[0] == "source" && len(command) == 3:
		return func(_ io.Reader, out io.Writer) error { return source(command[1], command[2], out) }
	case command[0] == "sink":
		return func(in io.Reader, out io.Writer) error { return sink(in, len(command) > 1, out) }
	case command[0] == "echo":
		return func(in io.Reader, out io.Writer) error {
			_, err := io.Copy(out, in)
			return err
		}
	}
	return nil
}

func source(bytes, frame string, out io.Writer) error {
	left, err := strconv.Atoi(bytes)
	if err != nil {
		return err
	}
	size, err := strconv.Atoi(frame)
	if err != nil {
		return err
	}
	pattern := make([]byte, size)
	for i := range pattern {
		pattern[i] = byte(i % period)
	}
	for ; left > 0; left -= size {
		if _, err := out.Write(pattern[:min(left, size)]); err != nil {
			return err
		}
	}
	return nil
}

func sink(in io.Reader, withDigest bool, out io.Writer) error {
	digest := sha256.New()
	to := io.Discard
	if withDigest {
		to = digest
	}
	count, err := io.Copy(struct{ io.Writer }{to}, in) // without io.Discard's own way, which reads 8 KiB at a time
	if err != nil {
		return err
	}
	report := strconv.FormatInt(count, 10)
	if withDigest {
		report += fmt.Sprintf(" %x", digest.Sum(nil))
	}
	_, err = fmt.Fprintln(out, report)
	return err
}
