// Command client-go runs client-go's executors and its port forwarder, the way its users write them.
//
//	client-go exec|attach --kubeconfig FILE|--server URL [-i] [-t] [--stdout=false] [--stderr=false]
//	                      [--resize COLUMNSxROWS] [--timeout SECONDS] [--offer SUBPROTOCOL,...] [--fallback] [--log]
//	                      POD [-- COMMAND...]
//	client-go port-forward --kubeconfig FILE|--server URL [--log] POD [LOCAL:]REMOTE...
//	client-go bench                                        takes orders, see bench.go
//
// A failure is one line on stderr and exit code 1; the exit code of a remote command is passed on.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/client-go/util/exec"
	"k8s.io/klog/v2"
	"k8s.io/streaming/pkg/httpstream"
)

// gaveUp is the exit code of a session that --timeout ended.
const gaveUp = 124

func main() {
	if len(os.Args) < 2 {
		exitOn(errors.New("expected exec, attach, port-forward or bench"))
	}
	if os.Args[1] == "bench" {
		exitOn(bench())
		return
	}
	mode, o := os.Args[1], parse(os.Args[2:])
	switch mode {
	case "exec", "attach":
		exitOn(stream(mode, o))
	case "port-forward":
		exitOn(portForward(o))
	default:
		exitOn(fmt.Errorf("expected exec, attach, port-forward or bench, not %q", mode))
	}
}

func exitOn(err error) {
	var remote exec.CodeExitError
	switch {
	case err == nil:
	case errors.As(err, &remote):
		os.Exit(remote.Code)
	case errors.Is(err, context.DeadlineExceeded):
		os.Exit(gaveUp)
	default:
		fmt.Fprintln(os.Stderr, "error:", strings.Join(strings.Fields(err.Error()), " "))
		os.Exit(1)
	}
}

// options are the command line.
type options struct {
	kubeconfig, server string
	stdin, tty         bool
	stdout, stderr     bool
	resize             remotecommand.TerminalSize
	timeout            time.Duration
	offer              string
	fallback           bool
	pod                string
	rest               []string // the command, or the ports
}

func parse(args []string) options {
	var o options
	flags := flag.NewFlagSet("client-go", flag.ExitOnError)
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "whom to ask, and as whom")
	flags.StringVar(&o.server, "server", "", "URL of a server that asks for no token, instead of a kubeconfig")
	flags.BoolVar(&o.stdin, "i", false, "pass stdin on")
	flags.BoolVar(&o.tty, "t", false, "ask for a terminal, of 80 by 24")
	flags.BoolVar(&o.stdout, "stdout", true, "ask for stdout")
	flags.BoolVar(&o.stderr, "stderr", true, "ask for stderr; a terminal has none")
	flags.Func("resize", "columns x rows of the terminal from the first byte of stdout on", func(text string) error {
		_, err := fmt.Sscanf(text, "%dx%d", &o.resize.Width, &o.resize.Height)
		return err
	})
	seconds := flags.Int("timeout", 60, "end the session after so many seconds")
	flags.StringVar(&o.offer, "offer", "", "subprotocols to offer, instead of what the library does of its own accord")
	flags.BoolVar(&o.fallback, "fallback", false, "try SPDY when the upgrade to WebSocket is refused, as kubectl does")
	withLog := flags.Bool("log", false, "let Kubernetes' code log to stderr")
	_ = flags.Parse(args) // ExitOnError
	if (o.kubeconfig == "") == (o.server == "") || flags.NArg() == 0 {
		exitOn(errors.New("expected a pod, and either --kubeconfig or --server"))
	}
	o.timeout = time.Duration(*seconds) * time.Second
	o.pod, o.rest = flags.Arg(0), flags.Args()[1:]
	if len(o.rest) > 0 && o.rest[0] == "--" {
		o.rest = o.rest[1:]
	}
	o.stderr = o.stderr && !o.tty
	if !*withLog {
		klog.SetLogger(logr.Discard())
	}
	return o
}

// request is the REST request to one subresource of the pod, and the configuration it is sent with.
func (o options) request(subresource string) (*rest.Request, *rest.Config, error) {
	config, err := clientcmd.BuildConfigFromFlags(o.server, o.kubeconfig)
	if err != nil {
		return nil, nil, err
	}
	request, err := requestTo(config, o.pod, subresource)
	return request, config, err
}

func requestTo(config *rest.Config, pod, subresource string) (*rest.Request, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	request := client.CoreV1().RESTClient().Post().Namespace("default").Resource("pods").Name(pod)
	return request.SubResource(subresource), nil
}

// stream runs an exec or attach to its end.
func stream(mode string, o options) error {
	request, config, err := o.request(mode)
	if err != nil {
		return err
	}
	if mode == "exec" {
		request.VersionedParams(&corev1.PodExecOptions{
			Container: "main", Command: o.rest, Stdin: o.stdin, Stdout: o.stdout, Stderr: o.stderr, TTY: o.tty,
		}, scheme.ParameterCodec)
	} else {
		request.VersionedParams(&corev1.PodAttachOptions{
			Container: "main", Stdin: o.stdin, Stdout: o.stdout, Stderr: o.stderr, TTY: o.tty,
		}, scheme.ParameterCodec)
	}
	executor, err := o.executor(request, config)
	if err != nil {
		return err
	}
	window := newWindow(o.resize)
	streams := remotecommand.StreamOptions{Tty: o.tty, TerminalSizeQueue: window}
	if o.stdin {
		streams.Stdin = os.Stdin
	}
	if o.stdout {
		streams.Stdout = window
	}
	if o.stderr {
		streams.Stderr = os.Stderr
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
	defer cancel()
	return executor.StreamWithContext(ctx, streams)
}

func (o options) executor(request *rest.Request, config *rest.Config) (remotecommand.Executor, error) {
	var webSocket remotecommand.Executor
	var err error
	if o.offer == "" {
		webSocket, err = remotecommand.NewWebSocketExecutor(config, "GET", request.URL().String())
	} else {
		offer := strings.Split(o.offer, ",")
		webSocket, err = remotecommand.NewWebSocketExecutorForProtocols(config, "GET", request.URL().String(), offer...)
	}
	if err != nil || !o.fallback {
		return webSocket, err
	}
	spdy, err := remotecommand.NewSPDYExecutor(config, "POST", request.URL())
	if err != nil {
		return nil, err
	}
	return remotecommand.NewFallbackExecutor(webSocket, spdy, httpstream.IsUpgradeFailure)
}

// portForward listens for each port, prints a line as kubectl does once it listens, and ends when stdin ends.
func portForward(o options) error {
	request, config, err := o.request("portforward")
	if err != nil {
		return err
	}
	dialer, err := portforward.NewSPDYOverWebsocketDialerForStreaming(request.URL(), config)
	if err != nil {
		return err
	}
	stop := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(stop)
	}()
	loopback := []string{"127.0.0.1"}
	forwarder, err := portforward.NewOnAddressesForStreaming(dialer, loopback, o.rest, stop, make(chan struct{}), os.Stdout, os.Stderr)
	if err != nil {
		return err
	}
	return forwarder.ForwardPorts()
}

// window is stdout; a terminal has 80 by 24 of it, or another size from the first byte of output on.
type window struct {
	sizes  chan remotecommand.TerminalSize
	resize remotecommand.TerminalSize
}

func newWindow(resize remotecommand.TerminalSize) *window {
	w := &window{make(chan remotecommand.TerminalSize, 2), resize}
	w.sizes <- remotecommand.TerminalSize{Width: 80, Height: 24}
	return w
}

func (w *window) Write(output []byte) (int, error) {
	if w.resize != (remotecommand.TerminalSize{}) && len(output) > 0 {
		w.sizes <- w.resize
		w.resize = remotecommand.TerminalSize{}
	}
	return os.Stdout.Write(output)
}

// Next waits for the next size; after the last one it waits until the program ends.
func (w *window) Next() *remotecommand.TerminalSize {
	size := <-w.sizes
	return &size
}
