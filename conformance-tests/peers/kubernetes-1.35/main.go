// Command kubernetes-1.35 is the CRI streaming server as it was up to Kubernetes 1.35, in k8s.io/kubelet.
//
//	kubernetes-1.35 server [-container COMMAND] [-until-stdin-eof] [-log]
package main

import (
	"net/http"

	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/kubelet/pkg/cri/streaming"
	"k8s.io/kubelet/pkg/cri/streaming/portforward"
	"wsstream/peers/localpod"
)

func main() { localpod.Main(serve) }

func serve(args []string) error {
	options := localpod.NewOptions()
	options.Parse(args)
	runtime := localpod.Runtime[remotecommand.TerminalSize]{Container: options.Container()}
	server, err := streaming.NewServer(streaming.DefaultConfig, runtime)
	if err != nil {
		return err
	}
	return options.Serve(localpod.NewFront(localpod.Streaming{
		Server:     server,
		WriteError: streaming.WriteError,
		Ports: func(r *http.Request) ([]int32, error) {
			options, err := portforward.NewV4Options(r)
			if err != nil {
				return nil, err
			}
			return options.Ports, nil
		},
	}))
}
