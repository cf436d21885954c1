package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// lingerTime is how long the server waits for the peer's Close after its own.
const lingerTime = 10 * time.Second

// job is one connection and what its URL asks for.
type job struct {
	conn   *websocket.Conn
	bytes  int64
	frame  int
	sha256 bool
}

// serve runs until it is killed, or until stdin ends when asked to, so that it never outlives the test that started it.
//
//	/source /sink /echo              plain messages; bytes, frame, sha256=1 in the query
//	/k8s-source /k8s-sink /k8s-echo  v5.channel.k8s.io, the same query
//	.../exec?command=source&command=BYTES&command=FRAME   the same jobs, asked for as an exec
func serve(args []string) error {
	flags := flag.NewFlagSet("server", flag.ExitOnError)
	addr := flags.String("addr", "127.0.0.1:0", "where to listen")
	withTLS := flags.Bool("tls", false, "serve wss with a certificate made for this run")
	quiet := flags.Bool("quiet", false, "say nothing of a client that is gone early")
	untilEOF := flags.Bool("until-stdin-eof", false, "end when stdin ends")
	_ = flags.Parse(args) // ExitOnError

	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	scheme := "ws"
	if *withTLS {
		certificate, err := selfSigned()
		if err != nil {
			return err
		}
		scheme = "wss"
		listener = tls.NewListener(listener, &tls.Config{
			Certificates: []tls.Certificate{certificate},
			NextProtos:   []string{"http/1.1"},
		})
	}
	port := listener.Addr().(*net.TCPAddr).Port
	printJSON(map[string]any{"port": port, "url": fmt.Sprintf("%s://%s", scheme, listener.Addr())})
	if *untilEOF {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	server := &http.Server{Handler: routes(*quiet), ReadHeaderTimeout: lingerTime}
	return server.Serve(listener)
}

func routes(quiet bool) http.Handler {
	plain := map[string]func(job) error{"source": serveSource, "sink": serveSink, "echo": serveEcho}
	k8s := map[string]func(job) error{"source": serveK8sSource, "sink": serveK8sSink, "echo": serveK8sEcho}
	mux := http.NewServeMux()
	for name := range plain {
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) { upgrade(w, r, quiet, r.URL.Query(), plain[name]) })
		mux.HandleFunc("/k8s-"+name, func(w http.ResponseWriter, r *http.Request) {
			upgrade(w, r, quiet, r.URL.Query(), k8s[name], subprotocol)
		})
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		command := r.URL.Query()["command"]
		if !strings.HasSuffix(r.URL.Path, "/exec") || len(command) == 0 || k8s[command[0]] == nil {
			http.Error(w, "only .../exec with command=source|sink|echo is served", http.StatusNotFound)
			return
		}
		query := url.Values{}
		for i, name := range []string{"bytes", "frame"} {
			if len(command) > i+1 {
				query.Set(name, command[i+1])
			}
		}
		upgrade(w, r, quiet, query, k8s[command[0]], subprotocol)
	})
	return mux
}

func upgrade(w http.ResponseWriter, r *http.Request, quiet bool, query url.Values, run func(job) error, subprotocols ...string) {
	j := job{bytes: 64 << 20, frame: 32768, sha256: query.Get("sha256") == "1"}
	if text := query.Get("bytes"); text != "" {
		bytes, err := strconv.ParseInt(text, 10, 64)
		if err != nil || bytes < 0 {
			http.Error(w, "bytes must be a number, not "+text, http.StatusBadRequest)
			return
		}
		j.bytes = bytes
	}
	if text := query.Get("frame"); text != "" {
		frame, err := strconv.Atoi(text)
		if err != nil || frame < 1 || frame > 32<<20 {
			http.Error(w, "frame must be 1 to 33554432, not "+text, http.StatusBadRequest)
			return
		}
		j.frame = frame
	}
	if len(subprotocols) > 0 && !offers(r, subprotocols[0]) {
		w.WriteHeader(http.StatusForbidden) // as Kubernetes does
		return
	}
	upgrader := websocket.Upgrader{
		ReadBufferSize:  minBuffer,
		WriteBufferSize: bufferFor(j.frame),
		Subprotocols:    subprotocols,
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	defer conn.Close()
	j.conn = conn
	if err := run(j); err != nil && !quiet {
		fmt.Fprintf(os.Stderr, "error: %s: %v\n", r.URL.Path, err)
	}
}

func offers(r *http.Request, wanted string) bool {
	for _, offered := range websocket.Subprotocols(r) {
		if offered == wanted {
			return true
		}
	}
	return false
}

func serveSource(j job) error {
	peer := j.discard()
	if _, err := sendAll(j.conn, nil, j.bytes, j.frame, nil); err != nil {
		return err
	}
	return j.finish(peer)
}

// serveSink counts binary messages until a text message marks the end, then answers with the count.
func serveSink(j job) error {
	seen := newCounter(j.sha256)
	buffer := make([]byte, 64<<10)
	for {
		kind, message, err := j.conn.NextReader()
		if err != nil {
			return err
		}
		if kind == websocket.TextMessage {
			break
		}
		if err := drain(seen, message, buffer); err != nil {
			return err
		}
	}
	if err := j.conn.WriteMessage(websocket.TextMessage, []byte(seen.report())); err != nil {
		return err
	}
	return j.finish(j.discard())
}

func serveEcho(j job) error {
	for {
		kind, message, err := j.conn.ReadMessage()
		if err != nil {
			return closed(err, &result{})
		}
		if err := j.conn.WriteMessage(kind, message); err != nil {
			return err
		}
	}
}

func serveK8sSource(j job) error {
	peer := j.discard()
	if err := j.send(stdout, ""); err != nil {
		return err
	}
	if _, err := sendAll(j.conn, []byte{stdout}, j.bytes, j.frame, nil); err != nil {
		return err
	}
	return j.succeed(peer)
}

// serveK8sSink counts stdin to its CLOSE and writes the count to stdout.
func serveK8sSink(j job) error {
	seen := newCounter(j.sha256)
	if err := j.readStdin(func(message io.Reader, buffer []byte) error { return drain(seen, message, buffer) }); err != nil {
		return err
	}
	if err := j.send(stdout, seen.report()+"\n"); err != nil {
		return err
	}
	return j.succeed(j.discard())
}

// serveK8sEcho is cat: stdin comes back on stdout.
func serveK8sEcho(j job) error {
	err := j.readStdin(func(message io.Reader, buffer []byte) error {
		buffer[0] = stdout
		for {
			n, err := message.Read(buffer[1:])
			if n > 0 {
				if err := j.conn.WriteMessage(websocket.BinaryMessage, buffer[:n+1]); err != nil {
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
	})
	if err != nil {
		return err
	}
	return j.succeed(j.discard())
}

// readStdin opens the session and hands over each stdin message until CLOSE ends that channel.
func (j job) readStdin(take func(message io.Reader, buffer []byte) error) error {
	if err := j.send(stdout, ""); err != nil {
		return err
	}
	buffer := make([]byte, 64<<10)
	for {
		_, message, err := j.conn.NextReader()
		if err != nil {
			return fmt.Errorf("stdin was not ended by CLOSE: %w", err)
		}
		var channel [1]byte
		if _, err := io.ReadFull(message, channel[:]); err == io.EOF {
			continue // an empty message says nothing
		} else if err != nil {
			return err
		}
		switch channel[0] {
		case stdin:
			err = take(message, buffer)
		case signal:
			var ends [2]byte
			if n, _ := io.ReadFull(message, ends[:]); n != 1 || ends[0] > 4 {
				return fmt.Errorf("CLOSE followed by %d bytes, first %d; expected one byte, 0 to 4", n, ends[0])
			}
			if ends[0] == stdin {
				return nil
			}
		}
		if err != nil {
			return err
		}
	}
}

func (j job) send(channel byte, payload string) error {
	return j.conn.WriteMessage(websocket.BinaryMessage, append([]byte{channel}, payload...))
}

// succeed sends the status, strictly last, and ends the session.
func (j job) succeed(peer <-chan struct{}) error {
	if err := j.send(status, success); err != nil {
		return err
	}
	return j.finish(peer)
}

// discard reads and forgets what the peer sends, so that pings are answered; the channel closes at the peer's end.
func (j job) discard() <-chan struct{} {
	end := make(chan struct{})
	go func() {
		defer close(end)
		for {
			if _, _, err := j.conn.NextReader(); err != nil {
				return
			}
		}
	}()
	return end
}

// finish sends Close 1000 and waits for the peer's, for a while.
func (j job) finish(peer <-chan struct{}) error {
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if err := j.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(lingerTime)); err != nil {
		return err
	}
	select {
	case <-peer:
		return nil
	case <-time.After(lingerTime):
		return fmt.Errorf("no Close from the peer within %s", lingerTime)
	}
}

// selfSigned is a certificate for loopback that lives as long as this process.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "gorilla peer"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
