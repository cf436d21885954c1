package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// dialsAtOnce is small: a listen queue is short.
const dialsAtOnce = 32

// one is one of many connections.
type one struct {
	conn    *websocket.Conn
	session *session // nil for plain messages
	bytes   atomic.Int64
}

// many opens connections that stay until stdin ends, says so, and then takes orders, a line each:
//
//	echo ROUNDS   each makes so many round trips of one byte, all at once; percentiles over all of them
//	read SECONDS  what each got in that time while all read
func many(args []string) error {
	var o options
	flags := flag.NewFlagSet("many", flag.ExitOnError)
	flags.StringVar(&o.url, "url", "", "ws:// or wss:// URL; a certificate is never checked")
	flags.StringVar(&o.token, "token", "", "sent as Authorization: Bearer")
	count := flags.Int("sessions", 1, "how many")
	k8s := flags.Bool("k8s", false, "v5.channel.k8s.io")
	_ = flags.Parse(args) // ExitOnError
	o.frame = 1
	mode := "plain"
	if *k8s {
		mode = "k8s-"
	}
	all := make([]*one, *count)
	err := each(len(all), dialsAtOnce, func(i int) error {
		conn, err := dial(mode, o)
		if err != nil {
			return err
		}
		all[i] = &one{conn: conn}
		if *k8s {
			all[i].session = newSession(conn, newCounter(false))
		}
		return nil
	})
	if err != nil {
		return err
	}
	printJSON(map[string]any{"sessions": len(all)})

	reading := false
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		order, number, _ := strings.Cut(orders.Text(), " ")
		var amount int
		if _, err := fmt.Sscan(number, &amount); err != nil || amount < 1 {
			return fmt.Errorf("order %q, expected a number from 1 behind it", orders.Text())
		}
		switch order {
		case "echo":
			err = echoAll(all, amount)
		case "read":
			if !reading {
				reading = true
				for _, each := range all {
					go each.count()
				}
			}
			readAll(all, time.Duration(amount)*time.Second)
		default:
			err = fmt.Errorf("unknown order %q", order)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// each runs a job for every index, some at once, and returns the first error.
func each(count, atOnce int, job func(i int) error) error {
	failed := make(chan error, count)
	turns := make(chan struct{}, atOnce)
	var done sync.WaitGroup
	for i := range count {
		done.Add(1)
		turns <- struct{}{}
		go func() {
			defer done.Done()
			if err := job(i); err != nil {
				failed <- err
			}
			<-turns
		}()
	}
	done.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

func echoAll(all []*one, rounds int) error {
	micros := make([]float64, len(all)*rounds)
	start := time.Now()
	err := each(len(all), len(all), func(i int) error {
		for round := range rounds {
			begun := time.Now()
			if err := all[i].echo(); err != nil {
				return err
			}
			micros[i*rounds+round] = float64(time.Since(begun).Nanoseconds()) / 1000
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(micros)
	printJSON(map[string]any{
		"perSecond": float64(len(micros)) / time.Since(start).Seconds(),
		"p50Micros": micros[len(micros)/2],
		"p99Micros": micros[len(micros)*99/100],
	})
	return nil
}

func (c *one) echo() error {
	if c.session == nil {
		if err := c.conn.WriteMessage(websocket.BinaryMessage, []byte{'x'}); err != nil {
			return err
		}
		_, message, err := c.conn.ReadMessage()
		if err == nil && string(message) != "x" {
			err = fmt.Errorf("echo of x is %q", message)
		}
		return err
	}
	if err := c.conn.WriteMessage(websocket.BinaryMessage, []byte{stdin, 'x'}); err != nil {
		return err
	}
	var r result
	for before := c.session.stdout.bytes; c.session.stdout.bytes == before; {
		if err := c.session.readMessage(&r); err != nil {
			return err
		}
	}
	return nil
}

// count reads until the end, which comes with the process.
func (c *one) count() {
	buffer := make([]byte, 64<<10)
	for {
		_, message, err := c.conn.NextReader()
		if err == nil {
			err = drain(c, message, buffer)
		}
		if err != nil {
			exitOn(errors.Join(errors.New("a session that was read ended"), err))
		}
	}
}

func (c *one) Write(p []byte) (int, error) {
	c.bytes.Add(int64(len(p)))
	return len(p), nil
}

func readAll(all []*one, span time.Duration) {
	before := make([]int64, len(all))
	for i, each := range all {
		before[i] = each.bytes.Load()
	}
	start := time.Now()
	time.Sleep(span)
	got := make([]int64, len(all))
	total := int64(0)
	for i, each := range all {
		got[i] = each.bytes.Load() - before[i]
		total += got[i]
	}
	seconds := time.Since(start).Seconds()
	slices.Sort(got)
	printJSON(map[string]any{
		"mibPerSecond": float64(total) / (1 << 20) / seconds,
		"least":        got[0],
		"median":       got[len(got)/2],
		"most":         got[len(got)-1],
	})
}
