package localpod

import (
	"net/http"
	"net/url"

	"k8s.io/apimachinery/pkg/runtime"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// Streaming is the CRI streaming server of one release.
type Streaming struct {
	Server
	// WriteError is the release's rendering of a refused Get.
	WriteError func(error, http.ResponseWriter) error
	// Ports is the release's reading of the query of a port-forward.
	Ports func(*http.Request) ([]int32, error)
}

// Server is what the streaming servers of all releases have in common.
type Server interface {
	http.Handler
	GetExec(*cri.ExecRequest) (*cri.ExecResponse, error)
	GetAttach(*cri.AttachRequest) (*cri.AttachResponse, error)
	GetPortForward(*cri.PortForwardRequest) (*cri.PortForwardResponse, error)
}

// NewFront serves any pod's exec, attach and portforward under the paths and queries of a kube-apiserver. It does what the
// kubelet does: asks the streaming server for the one-time URL, then has it serve that URL on the same connection.
func NewFront(streaming Streaming) http.Handler {
	mux := http.NewServeMux()
	pod := "/api/v1/namespaces/{namespace}/pods/{pod}/"
	mux.HandleFunc(pod+"exec", streaming.handle(func(r *http.Request, asked Streams) (string, error) {
		answer, err := streaming.GetExec(&cri.ExecRequest{
			ContainerId: podOf(r),
			Cmd:         r.URL.Query()["command"],
			Stdin:       asked.Stdin, Stdout: asked.Stdout, Stderr: asked.Stderr, Tty: asked.Tty,
		})
		return answer.GetUrl(), err
	}))
	mux.HandleFunc(pod+"attach", streaming.handle(func(r *http.Request, asked Streams) (string, error) {
		answer, err := streaming.GetAttach(&cri.AttachRequest{
			ContainerId: podOf(r),
			Stdin:       asked.Stdin, Stdout: asked.Stdout, Stderr: asked.Stderr, Tty: asked.Tty,
		})
		return answer.GetUrl(), err
	}))
	mux.HandleFunc(pod+"portforward", func(w http.ResponseWriter, r *http.Request) {
		ports, err := streaming.Ports(withKubeletQuery(r))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answer, err := streaming.GetPortForward(&cri.PortForwardRequest{PodSandboxId: podOf(r), Port: ports})
		streaming.serve(w, r, answer.GetUrl(), err)
	})
	return mux
}

// serve has the one-time URL served, unless there is none for err.
func (s Streaming) serve(w http.ResponseWriter, r *http.Request, oneTimeURL string, err error) {
	if err != nil {
		_ = s.WriteError(err, w)
		return
	}
	r = r.Clone(r.Context())
	if r.URL, err = url.Parse(oneTimeURL); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	s.ServeHTTP(w, r)
}

// handle judges the streams as the kubelet does and serves the URL that was got for them.
func (s Streaming) handle(oneTimeURL func(*http.Request, Streams) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		asked := StreamsOf(r)
		if asked.Tty {
			asked.Stderr = false
		}
		if !asked.Stdin && !asked.Stdout && !asked.Stderr {
			http.Error(w, "you must specify at least 1 of stdin, stdout, stderr", http.StatusBadRequest)
			return
		}
		url, err := oneTimeURL(r, asked)
		s.serve(w, r, url, err)
	}
}

// Streams are those that a query asks for.
type Streams struct{ Stdin, Stdout, Stderr, Tty bool }

// StreamsOf reads a query as the apiserver does.
func StreamsOf(r *http.Request) Streams {
	query := r.URL.Query()
	isSet := func(name string) (set bool) {
		values := query[name]
		_ = runtime.Convert_Slice_string_To_bool(&values, &set, nil) // never fails
		return set
	}
	return Streams{Stdin: isSet("stdin"), Stdout: isSet("stdout"), Stderr: isSet("stderr"), Tty: isSet("tty")}
}

// withKubeletQuery renames ports, the apiserver's name, to port, the kubelet's.
func withKubeletQuery(r *http.Request) *http.Request {
	r = r.Clone(r.Context())
	r.URL.RawQuery = url.Values{"port": r.URL.Query()["ports"]}.Encode()
	return r
}

func podOf(r *http.Request) string {
	return r.PathValue("namespace") + "/" + r.PathValue("pod")
}
