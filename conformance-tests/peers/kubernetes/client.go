package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/klog/v2"
	"k8s.io/streaming/pkg/httpstream"
)

// options are the client's command line.
type options struct {
	server, token  string
	namespace      string
	container      string
	stdin, tty     bool
	stdout, stderr bool
	sizes          sizes
	offer          string
	fallback       bool
	pod            string
	rest           []string // the command, or the ports
}

func parse(mode string, args []string) options {
	var o options
	flags := flag.NewFlagSet(mode, flag.ExitOnError)
	flags.StringVar(&o.server, "server", "", "http:// or https:// URL; a certificate is never checked")
	flags.StringVar(&o.token, "token", "", "sent as Authorization: Bearer")
	flags.StringVar(&o.namespace, "n", "default", "namespace")
	flags.StringVar(&o.container, "c", "", "container; none is named by default")
	flags.BoolVar(&o.stdin, "i", false, "pass stdin on")
	flags.BoolVar(&o.tty, "t", false, "ask for a terminal")
	flags.BoolVar(&o.stdout, "stdout", true, "ask for stdout")
	flags.BoolVar(&o.stderr, "stderr", true, "ask for stderr; a terminal has none")
	flags.Var(&o.sizes, "sizes", "columns x rows of the terminal: the first at the start, each further one after a line of output")
	flags.StringVar(&o.offer, "offer", "", "subprotocols to offer; v5.channel.k8s.io by default")
	flags.BoolVar(&o.fallback, "fallback", false, "try SPDY when the upgrade to WebSocket is refused, as kubectl does")
	withLog := flags.Bool("log", false, "let Kubernetes' code log to stderr")
	_ = flags.Parse(args) // ExitOnError
	if o.server == "" || flags.NArg() == 0 {
		exitWithUsage("-server and a pod are needed")
	}
	o.pod, o.rest = flags.Arg(0), flags.Args()[1:]
	if len(o.rest) > 0 && o.rest[0] == "--" {
		o.rest = o.rest[1:]
	}
	if !*withLog {
		klog.SetLogger(logr.Discard())
	}
	return o
}

// request is the REST request to one subresource of the pod, and the configuration it is sent with.
func (o options) request(subresource string) (*rest.Request, *rest.Config, error) {
	config := &rest.Config{Host: o.server, BearerToken: o.token}
	config.Insecure = strings.HasPrefix(o.server, "https:")
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, nil, err
	}
	request := client.CoreV1().RESTClient().Post().Namespace(o.namespace).Resource("pods").Name(o.pod)
	return request.SubResource(subresource), config, nil
}

// stream runs an exec or attach to its end.
func stream(mode string, o options) error {
	request, config, err := o.request(mode)
	if err != nil {
		return err
	}
	stderr := o.stderr && !o.tty
	if mode == "exec" {
		request.VersionedParams(&corev1.PodExecOptions{
			Container: o.container, Command: o.rest, Stdin: o.stdin, Stdout: o.stdout, Stderr: stderr, TTY: o.tty,
		}, scheme.ParameterCodec)
	} else {
		request.VersionedParams(&corev1.PodAttachOptions{
			Container: o.container, Stdin: o.stdin, Stdout: o.stdout, Stderr: stderr, TTY: o.tty,
		}, scheme.ParameterCodec)
	}
	executor, err := o.executor(request, config)
	if err != nil {
		return err
	}
	streams := remotecommand.StreamOptions{Tty: o.tty}
	if o.stdin {
		streams.Stdin = os.Stdin
	}
	if o.stdout {
		streams.Stdout = os.Stdout
	}
	if stderr {
		streams.Stderr = os.Stderr
	}
	if o.tty {
		queue := newSizeQueue(o.sizes)
		streams.TerminalSizeQueue = queue
		streams.Stdout = io.MultiWriter(os.Stdout, queue)
	}
	return executor.StreamWithContext(context.Background(), streams)
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

// sizes are the sizes of the terminal, by and by.
type sizes []remotecommand.TerminalSize

func (s *sizes) String() string { return fmt.Sprint(*s) }

func (s *sizes) Set(text string) error {
	for _, each := range strings.Split(text, ",") {
		var size remotecommand.TerminalSize
		if _, err := fmt.Sscanf(each, "%dx%d", &size.Width, &size.Height); err != nil {
			return fmt.Errorf("size %q: %w", each, err)
		}
		*s = append(*s, size)
	}
	return nil
}

// sizeQueue hands out the first size at once and each further one after a line of output, which is written to it.
type sizeQueue struct {
	sizes sizes
	lines chan struct{}
}

func newSizeQueue(all sizes) *sizeQueue {
	queue := &sizeQueue{all, make(chan struct{}, len(all))}
	queue.due()
	return queue
}

// due makes one more size due; once all are, there is nothing to do.
func (q *sizeQueue) due() {
	select {
	case q.lines <- struct{}{}:
	default:
	}
}

func (q *sizeQueue) Write(output []byte) (int, error) {
	for range bytes.Count(output, []byte("\n")) {
		q.due()
	}
	return len(output), nil
}

// Next waits for the next size; after the last one it waits until the session ends.
func (q *sizeQueue) Next() *remotecommand.TerminalSize {
	<-q.lines
	if len(q.sizes) == 0 {
		return nil
	}
	size := q.sizes[0]
	q.sizes = q.sizes[1:]
	return &size
}
