package io.wsstream.server.rest;

import java.util.List;
import java.util.Map;

/**
 * Which streams a request asks for, in the words of an API server or of a kubelet.
 *
 * <p>Source: {@code PodExecOptions} of {@code k8s.io/api/core/v1/types.go}; {@code NewOptions} of {@code
 * cri-streaming/pkg/streaming/remotecommand/httpstream.go}; PROTOCOL.md 1.2, 1.6.
 *
 * @param stderr never with tty, which merges it into stdout
 */
record StreamQuery(boolean stdin, boolean stdout, boolean stderr, boolean tty) {
    /** Takes the query of an API server: {@code stdout=true}. */
    static StreamQuery ofApi(Map<String, List<String>> parameters) {
        boolean tty = RequestTarget.flag(parameters, "tty");
        return new StreamQuery(
                        RequestTarget.flag(parameters, "stdin"),
                        RequestTarget.flag(parameters, "stdout"),
                        RequestTarget.flag(parameters, "stderr") && !tty,
                        tty)
                .checked("stdout=true");
    }

    /** Takes the query of a kubelet, where only {@code 1} is true: {@code output=1}. */
    static StreamQuery ofKubelet(Map<String, List<String>> parameters) {
        boolean tty = RequestTarget.first(parameters, "tty").equals("1");
        return new StreamQuery(
                        RequestTarget.first(parameters, "input").equals("1"),
                        RequestTarget.first(parameters, "output").equals("1"),
                        RequestTarget.first(parameters, "error").equals("1") && !tty,
                        tty)
                .checked("output=1");
    }

    private StreamQuery checked(String example) {
        if (!stdin && !stdout && !stderr) {
            throw Refusal.badRequest("you must specify at least 1 of stdin, stdout, stderr"
                    + (tty ? "; stderr is no stream of its own with tty" : "") + ": add " + example + " to the query");
        }
        return this;
    }
}
