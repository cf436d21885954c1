// Command kubernetes is Kubernetes' newest server code for streams: the CRI streaming server of k8s.io/cri-streaming, alone
// or with the translator and tunnel of k8s.io/apiserver in front.
//
//	kubernetes server [-apiserver] [-container COMMAND] [-in-process] [-tls-cert FILE -tls-key FILE] [-until-stdin-eof] [-log]
package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/proxy"
	apiserver "k8s.io/apiserver/pkg/util/proxy"
	"k8s.io/cri-streaming/pkg/streaming"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	"k8s.io/streaming/pkg/httpstream/wsstream"
	"wsstream/peers/localpod"
)

func main() { localpod.Main(serve) }

func serve(args []string) error {
	options := localpod.NewOptions()
	behindAPIServer := options.Flags.Bool("apiserver", false, "put the apiserver's translator and tunnel in front")
	inProcess := options.Flags.Bool("in-process", false, "run source, sink and echo without a process, for benchmarks")
	options.Parse(args)

	runtime := localpod.Runtime[remotecommand.TerminalSize]{Container: options.Container(), InProcess: *inProcess}
	server, err := streaming.NewServer(streaming.DefaultConfig, runtime)
	if err != nil {
		return err
	}
	front := localpod.NewFront(localpod.Streaming{
		Server:     server,
		WriteError: streaming.WriteError,
		Ports: func(r *http.Request) ([]int32, error) {
			options, err := portforward.NewV4Options(r)
			if err != nil {
				return nil, err
			}
			return options.Ports, nil
		},
	})
	if !*behindAPIServer {
		return options.Serve(front)
	}
	listener, backend, err := localpod.Listen()
	if err != nil {
		return err
	}
	go func() { localpod.Fail(http.Serve(listener, front)) }()
	return options.Serve(translating(backend))
}

// translating is what the apiserver does with a pod's subresources: v5 is translated to SPDY, a tunnel is opened up, and
// everything else is relayed byte by byte.
func translating(backend string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		location, err := url.Parse(backend + r.URL.RequestURI())
		if err != nil {
			responder{}.Error(w, r, err)
			return
		}
		relay := proxy.NewUpgradeAwareHandler(location, nil, false, true, responder{})
		handler := http.Handler(relay)
		if strings.HasSuffix(r.URL.Path, "/portforward") {
			tunnel := apiserver.NewTunnelingHandler(relay)
			handler = apiserver.NewTranslatingHandler(relay, tunnel, wsstream.IsWebSocketRequestWithTunnelingProtocol)
		} else {
			asked := apiserver.Options(localpod.StreamsOf(r))
			translator := apiserver.NewStreamTranslatorHandler(location, nil, 0, asked)
			handler = apiserver.NewTranslatingHandler(relay, translator, wsstream.IsWebSocketRequestWithStreamCloseProtocol)
		}
		handler.ServeHTTP(w, r)
	})
}

// responder answers what the relay refuses as the apiserver does, with a Status.
type responder struct{}

func (responder) Error(w http.ResponseWriter, _ *http.Request, err error) {
	var refusal apierrors.APIStatus = apierrors.NewInternalError(err)
	_ = errors.As(err, &refusal)
	status := refusal.Status()
	status.APIVersion, status.Kind = "v1", "Status"
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(int(status.Code))
	_ = json.NewEncoder(w).Encode(status)
}
