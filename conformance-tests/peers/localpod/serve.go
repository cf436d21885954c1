package localpod

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
)

// Main is the main of a server; it is called as SERVER server FLAGS.
func Main(serve func(args []string) error) {
	if len(os.Args) < 2 || os.Args[1] != "server" {
		fmt.Fprintf(os.Stderr, "usage: %s server [flags]; -h lists them\n", filepath.Base(os.Args[0]))
		os.Exit(2)
	}
	Fail(serve(os.Args[2:]))
}

// Fail ends the program with an error in one line; nothing happens without one.
func Fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// Options are the flags of every server; a release adds its own to Flags before it calls Parse.
type Options struct {
	Flags *flag.FlagSet

	container      string
	certificate    string
	key            string
	untilStdinEnds bool
	withLog        bool
}

func NewOptions() *Options {
	o := &Options{Flags: flag.NewFlagSet("server", flag.ExitOnError)}
	o.Flags.StringVar(&o.container, "container", "sh", "the command line, split at blanks, that each attach starts anew")
	o.Flags.StringVar(&o.certificate, "tls-cert", "", "serve TLS with the certificate in this file")
	o.Flags.StringVar(&o.key, "tls-key", "", "its key")
	o.Flags.BoolVar(&o.untilStdinEnds, "until-stdin-eof", false, "end when stdin ends")
	o.Flags.BoolVar(&o.withLog, "log", false, "let Kubernetes' code log to stderr")
	return o
}

// Parse reads the command line; what is wrong with it ends the program.
func (o *Options) Parse(args []string) {
	_ = o.Flags.Parse(args) // ExitOnError
	if o.Flags.NArg() > 0 || len(o.Container()) == 0 {
		fmt.Fprintln(os.Stderr, "error: nothing may follow the flags, and -container needs a command")
		os.Exit(2)
	}
	if !o.withLog {
		klog.SetLogger(logr.Discard())
		log.SetOutput(io.Discard)
	}
}

// Container is the command that an attach starts.
func (o *Options) Container() []string {
	return strings.Fields(o.container)
}

// Listen opens a free port of the loopback and says by which URL it is reached.
func Listen() (listener net.Listener, url string, err error) {
	listener, err = net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	return listener, "http://" + listener.Addr().String(), nil
}

// Serve prints the URL as its first line, then serves until it is killed, or stdin ends if that was asked for; the
// processes of all pods end before it.
func (o *Options) Serve(handler http.Handler) error {
	listener, url, err := Listen()
	if err != nil {
		return err
	}
	if o.certificate != "" {
		url = strings.Replace(url, "http", "https", 1)
	}
	fmt.Printf("{\"port\":%d,\"url\":\"%s\"}\n", listener.Addr().(*net.TCPAddr).Port, url)
	if o.untilStdinEnds {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			groups.killAll()
			os.Exit(0)
		}()
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	if o.certificate != "" {
		return server.ServeTLS(listener, o.certificate, o.key)
	}
	return server.Serve(listener)
}
