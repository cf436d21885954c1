// Command kubernetes is Kubernetes' own streaming code, as server and as client: the CRI streaming server of
// k8s.io/cri-streaming, alone or with the translator and tunnel of k8s.io/apiserver in front, and client-go.
//
// A failure is one line on stderr and exit code 1; the exit code of a remote command is passed on.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"k8s.io/client-go/util/exec"
)

const usage = `usage:
  kubernetes server [-apiserver] [-container COMMAND] [-until-stdin-eof] [-log]
  kubernetes exec -server URL [flags] POD -- COMMAND...
  kubernetes attach -server URL [flags] POD
  kubernetes port-forward -server URL [flags] POD [LOCAL:]REMOTE...
flags: -token T -n NAMESPACE -c CONTAINER -log; exec and attach: -i -t -sizes 80x24,... -stdout=false -stderr=false
       -offer SUBPROTOCOL,... -fallback
`

func main() {
	if len(os.Args) < 2 {
		exitWithUsage("no mode given")
	}
	mode, args := os.Args[1], os.Args[2:]
	switch mode {
	case "server":
		exitOn(serve(args))
	case "exec", "attach":
		exitOn(stream(mode, parse(mode, args)))
	case "port-forward":
		exitOn(portForward(parse(mode, args)))
	default:
		exitWithUsage(fmt.Sprintf("unknown mode %q", mode))
	}
}

func exitOn(err error) {
	var remote exec.CodeExitError
	switch {
	case err == nil:
	case errors.As(err, &remote):
		os.Exit(remote.Code)
	default:
		fmt.Fprintln(os.Stderr, "error:", strings.Join(strings.Fields(err.Error()), " "))
		os.Exit(1)
	}
}

func exitWithUsage(reason string) {
	fmt.Fprintf(os.Stderr, "error: %s\n%s", reason, usage)
	os.Exit(2)
}
