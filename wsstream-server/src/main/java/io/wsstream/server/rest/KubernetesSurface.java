package io.wsstream.server.rest;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.wsstream.core.Subprotocol;
import io.wsstream.core.status.Status;
import io.wsstream.core.status.StatusCodec;
import io.wsstream.server.Access;
import io.wsstream.server.Authenticator;
import io.wsstream.server.Authorizer;
import io.wsstream.server.Caller;
import io.wsstream.server.Credentials;
import io.wsstream.server.EndpointRequest;
import io.wsstream.server.HostPolicy;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.ServerLimits;
import io.wsstream.server.WebSocketEndpoint;
import io.wsstream.server.exec.ExecRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides every HTTP request: answered as a Kubernetes API server would, or upgraded to a session.
 *
 * <pre>
 *  target -&gt; health -&gt; Host -&gt; Origin -&gt; authentication -&gt; path -&gt; method -&gt; authorisation -&gt; pod
 *         -&gt; container -&gt; streams, command -&gt; WebSocket handshake -&gt; sessions -&gt; upgrade
 * </pre>
 *
 * <p>The first rule that is broken answers with a JSON {@code Status} whose message says what was wrong and what to do.
 * A POST on {@code exec} runs the same rules except the handshake's, because kubectl repeats every refused WebSocket as a
 * SPDY POST and shows that answer only.
 *
 * <p><b>Threads:</b> any, several at once. <b>Blocking:</b> none; what the authenticator and the authoriser do later
 * happens on the threads that complete their stages.
 *
 * <p>Source: {@code kubernetes/pkg/registry/core/pod}; PROTOCOL.md 1, 2, 3, 10.
 */
public final class KubernetesSurface {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesSurface.class);
    private static final Set<String> HEALTH_PATHS = Set.of("/healthz", "/livez", "/readyz");
    private static final Set<String> KUBELET_PATHS = Set.of("exec", "attach", "portForward", "containerLogs");
    private static final String RETRY_AFTER_SECONDS = "5";
    /**
     * What exec speaks unless told otherwise: all but v2 and v3, which no known server has. Those that can do most come
     * first: a client that offers none of them reads this.
     */
    public static final List<Subprotocol> EXEC_SUBPROTOCOLS = List.of(
            Subprotocol.V5,
            Subprotocol.V4,
            Subprotocol.V4_BASE64,
            Subprotocol.V1,
            Subprotocol.BASE64,
            Subprotocol.NONE);

    private final Authenticator authenticator;
    private final PodCatalog catalog;
    private final Authorizer authorizer;
    private final HostPolicy hostPolicy;
    private final ServerLimits limits;
    private final String pathPrefix;
    private final IntSupplier liveSessions;
    private final BooleanSupplier ready;
    private final boolean execServed;
    private final List<String> subprotocols;
    private final boolean kubeletPaths;
    private final Map<String, WebSocketEndpoint> endpoints;
    private final Clock clock;

    private KubernetesSurface(Builder from) {
        this.authenticator = from.authenticator;
        this.catalog = from.catalog;
        this.authorizer = from.authorizer;
        this.hostPolicy = from.hostPolicy;
        this.limits = from.limits;
        this.pathPrefix = from.pathPrefix;
        this.liveSessions = from.liveSessions;
        this.ready = from.ready;
        this.execServed = from.execServed;
        this.subprotocols =
                from.subprotocols.stream().map(Subprotocol::wireName).toList();
        this.kubeletPaths = from.kubeletPaths;
        this.endpoints = Map.copyOf(from.endpoints);
        this.clock = from.clock;
    }

    /**
     * Begins a surface. Unless told otherwise everybody who is authenticated may do everything, the server goes by
     * loopback names only, limits are {@link ServerLimits#defaults()}, and there is no path prefix.
     *
     * @param authenticator who callers are
     * @param catalog which pods there are
     * @return a builder
     */
    public static Builder builder(Authenticator authenticator, PodCatalog catalog) {
        return new Builder(authenticator, catalog);
    }

    /** Collects the parts of a surface. For one thread. */
    public static final class Builder {
        private final Authenticator authenticator;
        private final PodCatalog catalog;
        private Authorizer authorizer = Authorizer.allowAll();
        private HostPolicy hostPolicy = HostPolicy.loopback();
        private ServerLimits limits = ServerLimits.defaults();
        private String pathPrefix = "";
        private IntSupplier liveSessions = () -> 0;
        private BooleanSupplier ready = () -> true;
        private boolean execServed = true;
        private List<Subprotocol> subprotocols = EXEC_SUBPROTOCOLS;
        private boolean kubeletPaths;
        private Map<String, WebSocketEndpoint> endpoints = Map.of();
        private Clock clock = Clock.systemUTC();

        private Builder(Authenticator authenticator, PodCatalog catalog) {
            this.authenticator = authenticator;
            this.catalog = catalog;
        }

        /**
         * Who may do what.
         *
         * @param value asked for every request about namespaces and pods
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder authorizer(Authorizer value) {
            authorizer = value;
            return this;
        }

        /**
         * Under which names the server answers, and to which pages.
         *
         * @param value the rule
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder hostPolicy(HostPolicy value) {
            hostPolicy = value;
            return this;
        }

        /**
         * How much the server takes on; this class looks at the number of sessions only.
         *
         * @param value the limits
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder limits(ServerLimits value) {
            limits = value;
            return this;
        }

        /**
         * Serves everything below a path, for a server behind a proxy. The health paths answer at the root too.
         *
         * @param value empty, or such as {@code /clusters/local}: one slash at the start, none at the end
         * @return this
         * @throws IllegalArgumentException if it has another form
         */
        @CanIgnoreReturnValue
        public Builder pathPrefix(String value) {
            if (!value.matches("(/[A-Za-z0-9._~-]+)*")) {
                throw new IllegalArgumentException("path prefix \"" + value
                        + "\"; expected nothing, or /segments of letters, digits, '.', '_', '~', '-'");
            }
            pathPrefix = value;
            return this;
        }

        /**
         * How many sessions there are now. Two requests may pass at once: whoever opens sessions counts again.
         *
         * @param value called for every request that would open a session
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder liveSessions(IntSupplier value) {
            liveSessions = value;
            return this;
        }

        /**
         * Whether new requests are welcome; {@code /readyz} answers 503 while they are not.
         *
         * @param value called for every {@code /readyz}
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder ready(BooleanSupplier value) {
            ready = value;
            return this;
        }

        /**
         * Whether {@code exec} exists; otherwise it answers 501, as attach, portforward and log do.
         *
         * @param value true unless no handler is installed
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder execServed(boolean value) {
            execServed = value;
            return this;
        }

        /**
         * What exec speaks. The order does not matter to the choice, which is the client's.
         *
         * @param value one or more; default: all but v2 and v3, which no known server has
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder subprotocols(Collection<Subprotocol> value) {
            if (value.isEmpty()) {
                throw new IllegalArgumentException("no subprotocol; expected at least one");
            }
            subprotocols = List.copyOf(value);
            return this;
        }

        /**
         * Whether exec is reached by a kubelet's paths too, {@code /exec/NAMESPACE/POD/CONTAINER?output=1}.
         *
         * @param value default: not
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder kubeletPaths(boolean value) {
            kubeletPaths = value;
            return this;
        }

        /**
         * What else is reached by WebSocket.
         *
         * @param value path, with a leading slash and without the prefix, to endpoint
         * @return this
         */
        @CanIgnoreReturnValue
        public Builder endpoints(Map<String, WebSocketEndpoint> value) {
            endpoints = value;
            return this;
        }

        @CanIgnoreReturnValue
        Builder clock(Clock value) {
            clock = value;
            return this;
        }

        /** {@return the surface} */
        public KubernetesSurface build() {
            return new KubernetesSurface(this);
        }
    }

    /**
     * Decides one request.
     *
     * @param request its head; a body is never looked at
     * @return the decision; this stage never fails
     */
    public CompletionStage<HttpDecision> decide(HttpRequest request) {
        CompletionStage<HttpDecision> decision;
        try {
            decision = begin(request);
        } catch (RuntimeException refused) {
            decision = CompletableFuture.failedStage(refused);
        }
        return decision.exceptionally(failure -> answerTo(request, failure));
    }

    private CompletionStage<HttpDecision> begin(HttpRequest request) {
        RequestTarget target = RequestTarget.parse(request.target());
        if (HEALTH_PATHS.contains(target.path())
                || (target.path().startsWith(pathPrefix)
                        && HEALTH_PATHS.contains(target.path().substring(pathPrefix.length())))) {
            return CompletableFuture.completedStage(health(request, target));
        }
        checkHostAndOrigin(request, target);
        BearerToken bearer = BearerToken.of(request);
        Credentials credentials = new Credentials(bearer.token(), request.clientCertificates(), request.peer());
        return authenticator
                .authenticate(credentials)
                .thenCompose(caller -> route(
                        request,
                        target,
                        bearer.offered(),
                        caller.orElseThrow(() -> notAuthenticated(bearer.token().isPresent()))));
    }

    private HttpDecision health(HttpRequest request, RequestTarget target) {
        onlyGet(request);
        boolean draining = target.path().endsWith("/readyz") && !ready.getAsBoolean();
        return new HttpDecision.Answer(
                draining ? 503 : 200,
                headers("text/plain; charset=utf-8"),
                (draining ? "shutting down" : "ok").getBytes(StandardCharsets.US_ASCII));
    }

    private void checkHostAndOrigin(HttpRequest request, RequestTarget target) {
        List<String> hosts = request.header("host");
        if (hosts.size() != 1) {
            throw Refusal.badRequest("the request has " + hosts.size() + " Host headers; expected one");
        }
        String host = hosts.get(0).strip();
        checkHost(host);
        target.authority().ifPresent(this::checkHost);

        List<String> origins = request.header("origin");
        if (origins.size() > 1) {
            throw Refusal.badRequest("the request has " + origins.size() + " Origin headers; expected at most one");
        }
        for (String origin : origins) {
            if (!hostPolicy.allowsOrigin(origin.strip(), host, request.secure())) {
                throw Refusal.of(
                        403,
                        "Forbidden",
                        "pages of origin " + Refusal.quote(origin)
                                + " may not use this server; expected the server's own"
                                + " origin; if the page is yours, start the server with --allowed-origin ORIGIN");
            }
        }
    }

    private void checkHost(String host) {
        if (!hostPolicy.allowsHost(host)) {
            throw Refusal.of(
                    421,
                    "MisdirectedRequest",
                    "Host " + Refusal.quote(host)
                            + " is no name of this server; expected localhost, a loopback address or"
                            + " a name in its certificate; if the name is yours, start the server with --allowed-host NAME");
        }
    }

    private static Refusal notAuthenticated(boolean withToken) {
        return withToken
                ? Refusal.unauthorized("invalid bearer token: this server does not know it; use the kubeconfig that the"
                        + " server wrote, it makes a new token at each start unless it is given one")
                : Refusal.unauthorized(
                        "no bearer token: send \"Authorization: Bearer TOKEN\", or use the kubeconfig that"
                                + " the server wrote");
    }

    private CompletionStage<HttpDecision> route(
            HttpRequest request, RequestTarget target, List<String> offered, Caller caller) {
        List<String> path = target.segmentsBelow(pathPrefix).orElseThrow(() -> unknownPath(request, target));
        int length = path.size();
        String joined = "/" + String.join("/", path);
        WebSocketEndpoint endpoint = endpoints.get(joined);
        if (endpoint != null) {
            return endpoint(request, target, offered, caller, joined, endpoint);
        }
        if (kubeletPaths && KUBELET_PATHS.contains(length == 0 ? "" : path.get(0))) {
            return kubelet(request, target, offered, caller, path);
        }
        if (length == 1 && path.get(0).equals("version")) {
            return document(request, Documents::version);
        }
        if (length == 1 && path.get(0).equals("api")) {
            return document(request, Documents::apiVersions);
        }
        if (length == 1 && path.get(0).equals("apis")) {
            return document(request, Documents::apiGroups);
        }
        if (length < 2 || !path.get(0).equals("api") || !path.get(1).equals("v1")) {
            throw unknownPath(request, target);
        }
        if (length == 2) {
            return document(request, Documents::coreResources);
        }
        if (length == 3 && path.get(2).equals("pods")) {
            return listPods(request, target, caller, "");
        }
        if (!path.get(2).equals("namespaces")) {
            throw unknownPath(request, target);
        }
        if (length == 3) {
            return listNamespaces(request, target, caller);
        }
        String namespace = path.get(3);
        if (length == 4) {
            return getNamespace(request, caller, namespace);
        }
        if (!path.get(4).equals("pods") || length > 7) {
            throw unknownPath(request, target);
        }
        if (length == 5) {
            return listPods(request, target, caller, namespace);
        }
        String pod = path.get(5);
        if (length == 6) {
            return getPod(request, target, caller, namespace, pod);
        }
        return switch (path.get(6)) {
            case "exec" -> exec(request, target, offered, caller, namespace, pod);
            case "attach", "portforward", "log" -> notServed(request, caller, namespace, pod, path.get(6));
            default -> throw unknownPath(request, target);
        };
    }

    private Refusal unknownPath(HttpRequest request, RequestTarget target) {
        return Refusal.of(
                404,
                "NotFound",
                "the server could not find the requested resource (" + Refusal.quote(request.method()) + " "
                        + Refusal.quote(target.path()) + "); this server has namespaces and pods in "
                        + pathPrefix + "/api/v1, and nothing else");
    }

    private static CompletionStage<HttpDecision> document(HttpRequest request, Supplier<byte[]> document) {
        onlyGet(request);
        return CompletableFuture.completedStage(ok(document.get()));
    }

    private CompletionStage<HttpDecision> listNamespaces(HttpRequest request, RequestTarget target, Caller caller) {
        onlyGet(request);
        Map<String, List<String>> parameters = target.parameters();
        noWatch(parameters);
        return ifAllowed(caller, new Access("list", "namespaces", "", "", ""), () -> {
            Set<String> names = catalog.namespaces();
            return ok(wantsTable(request) ? Documents.namespaceTable(names) : Documents.namespaces(names));
        });
    }

    private CompletionStage<HttpDecision> getNamespace(HttpRequest request, Caller caller, String namespace) {
        onlyGet(request);
        return ifAllowed(caller, new Access("get", "namespaces", namespace, namespace, ""), () -> {
            if (!catalog.namespaces().contains(namespace)) {
                throw Refusal.notFound("namespaces", namespace, null);
            }
            return ok(
                    wantsTable(request) ? Documents.namespaceTable(Set.of(namespace)) : Documents.namespace(namespace));
        });
    }

    private CompletionStage<HttpDecision> listPods(
            HttpRequest request, RequestTarget target, Caller caller, String namespace) {
        onlyGet(request);
        Map<String, List<String>> parameters = target.parameters();
        noWatch(parameters);
        return ifAllowed(caller, new Access("list", "pods", namespace, "", ""), () -> {
            List<Pod> all = namespace.isEmpty() ? catalog.list() : catalog.list(namespace);
            List<Pod> pods = all.stream().filter(PodSelector.of(parameters)).toList();
            return ok(wantsTable(request) ? Documents.podTable(pods, clock.instant()) : Documents.pods(pods));
        });
    }

    private CompletionStage<HttpDecision> getPod(
            HttpRequest request, RequestTarget target, Caller caller, String namespace, String name) {
        onlyGet(request);
        noWatch(target.parameters());
        return ifAllowed(caller, new Access("get", "pods", namespace, name, ""), () -> {
            Pod pod = find(namespace, name);
            return ok(wantsTable(request) ? Documents.podTable(List.of(pod), clock.instant()) : Documents.pod(pod));
        });
    }

    private CompletionStage<HttpDecision> notServed(
            HttpRequest request, Caller caller, String namespace, String pod, String subresource) {
        boolean log = subresource.equals("log");
        if (log) {
            onlyGet(request);
        } else {
            onlyGetOrPost(request);
        }
        return ifAllowed(caller, new Access(log ? "get" : "create", "pods", namespace, pod, subresource), () -> {
            find(namespace, pod);
            throw Refusal.notImplemented(subresource + " is not served by this server; use exec");
        });
    }

    private CompletionStage<HttpDecision> exec(
            HttpRequest request,
            RequestTarget target,
            List<String> offered,
            Caller caller,
            String namespace,
            String podName) {
        onlyGetOrPost(request);
        return ifAllowed(caller, new Access("create", "pods", namespace, podName, "exec"), () -> {
            Pod pod = find(namespace, podName);
            Map<String, List<String>> parameters = target.parameters();
            String container = containerOf(pod, RequestTarget.first(parameters, "container"));
            return exec(request, parameters, offered, caller, pod, container, () -> StreamQuery.ofApi(parameters));
        });
    }

    /** As a kubelet is asked: {@code /exec/NAMESPACE/POD[/UID]/CONTAINER}, and the same for its other paths. */
    private CompletionStage<HttpDecision> kubelet(
            HttpRequest request, RequestTarget target, List<String> offered, Caller caller, List<String> path) {
        boolean withContainer = !path.get(0).equals("portForward");
        int shortest = withContainer ? 4 : 3;
        if (path.size() != shortest && path.size() != shortest + 1) {
            throw unknownPath(request, target);
        }
        String namespace = path.get(1);
        String podName = path.get(2);
        String container = withContainer ? path.get(path.size() - 1) : "";
        if (!path.get(0).equals("exec")) {
            String subresource =
                    path.get(0).equals("containerLogs") ? "log" : path.get(0).toLowerCase(Locale.ROOT);
            return notServed(request, caller, namespace, podName, subresource);
        }
        onlyGetOrPost(request);
        return ifAllowed(caller, new Access("create", "pods", namespace, podName, "exec"), () -> {
            Pod pod = catalog.find(namespace, podName)
                    .filter(found ->
                            path.size() == shortest || Documents.podUid(found).equals(path.get(3)))
                    .orElseThrow(() -> Refusal.of(404, "NotFound", "pod does not exist"));
            if (!pod.containers().contains(container)) {
                throw Refusal.of(404, "NotFound", "container not found (" + Refusal.quote(container) + ")");
            }
            Map<String, List<String>> parameters = target.parameters();
            return exec(request, parameters, offered, caller, pod, container, () -> StreamQuery.ofKubelet(parameters));
        });
    }

    private HttpDecision exec(
            HttpRequest request,
            Map<String, List<String>> parameters,
            List<String> offered,
            Caller caller,
            Pod pod,
            String container,
            Supplier<StreamQuery> query) {
        if (!execServed) {
            throw Refusal.notImplemented("exec is not served by this server; install an exec handler");
        }
        StreamQuery streams = query.get();
        List<String> command = parameters.getOrDefault("command", List.of());
        if (command.isEmpty()) {
            throw Refusal.badRequest(
                    "you must specify at least 1 command: add command=PROGRAM, and command=ARGUMENT for each argument");
        }
        Subprotocol subprotocol = negotiate(request, offered);
        return new HttpDecision.ExecUpgrade(new ExecRequest(
                UUID.randomUUID().toString(),
                caller,
                request.peer(),
                pod.namespace(),
                pod.name(),
                container,
                command,
                streams.stdin(),
                streams.stdout(),
                streams.stderr(),
                streams.tty(),
                subprotocol));
    }

    private CompletionStage<HttpDecision> endpoint(
            HttpRequest request,
            RequestTarget target,
            List<String> offered,
            Caller caller,
            String path,
            WebSocketEndpoint endpoint) {
        return ifAllowed(caller, Access.toPath(path), () -> {
            Map<String, List<String>> parameters = target.parameters();
            String subprotocol = WebSocketHandshake.check(request, offered, endpoint.subprotocols());
            checkSessions();
            String id = UUID.randomUUID().toString();
            return new HttpDecision.EndpointUpgrade(
                    new EndpointRequest(id, caller, request.peer(), path, parameters, subprotocol), endpoint);
        });
    }

    private Subprotocol negotiate(HttpRequest request, List<String> offered) {
        if (WebSocketHandshake.isSpdyRequested(request)) {
            checkSessions();
            throw Refusal.badRequest("SPDY is not served; use kubectl >= 1.30, or kubectl 1.29 with"
                    + " KUBECTL_REMOTE_COMMAND_WEBSOCKETS=true, or another client that speaks v5.channel.k8s.io or"
                    + " v4.channel.k8s.io over WebSocket");
        }
        if (request.header("upgrade").isEmpty()) {
            throw Refusal.badRequest("Upgrade request required: open a WebSocket with GET and \"Upgrade: websocket\";"
                    + " a proxy in between may have removed that header");
        }
        String selected = WebSocketHandshake.check(request, offered, subprotocols);
        checkSessions();
        return Objects.requireNonNull(Subprotocol.of(selected));
    }

    private void checkSessions() {
        if (liveSessions.getAsInt() >= limits.maxSessions()) {
            throw Refusal.of(
                    429,
                    "TooManyRequests",
                    "this server has reached its limit of " + limits.maxSessions()
                            + " sessions; end one, or try again in a few seconds",
                    Map.of("Retry-After", RETRY_AFTER_SECONDS));
        }
    }

    private Pod find(String namespace, String name) {
        return catalog.find(namespace, name).orElseThrow(() -> {
            boolean known = catalog.namespaces().contains(namespace);
            return Refusal.notFound("pods", name, known ? null : "there is no namespace " + Refusal.quote(namespace));
        });
    }

    private static String containerOf(Pod pod, String wanted) {
        List<String> containers = pod.containers();
        if (wanted.isEmpty()) {
            if (containers.size() == 1) {
                return containers.get(0);
            }
            throw Refusal.badRequest("a container name must be specified for pod " + pod.name() + ", choose one of: "
                    + containers.stream().collect(Collectors.joining(" ", "[", "]")));
        }
        if (!containers.contains(wanted)) {
            throw Refusal.badRequest("container " + unquoted(wanted) + " is not valid for pod " + pod.name()
                    + ", choose one of: " + containers.stream().collect(Collectors.joining(" ", "[", "]")));
        }
        return wanted;
    }

    private static String unquoted(String text) {
        String quoted = Refusal.quote(text);
        return quoted.substring(1, quoted.length() - 1);
    }

    private CompletionStage<HttpDecision> ifAllowed(Caller caller, Access access, Supplier<HttpDecision> then) {
        return authorizer.authorize(caller, access).thenApply(decision -> {
            if (!decision.allowed()) {
                throw Refusal.of(403, "Forbidden", forbidden(caller, access, decision.reason()));
            }
            return then.get();
        });
    }

    /** In the words of {@code apiserver/pkg/endpoints/handlers/responsewriters/errors.go}. */
    private static String forbidden(Caller caller, Access access, String reason) {
        if (access.isPath()) {
            return "forbidden: User " + Refusal.quote(caller.name()) + " cannot " + access.verb() + " path "
                    + Refusal.quote(access.resource()) + (reason.isEmpty() ? "" : ": " + reason);
        }
        return access.resource() + (access.name().isEmpty() ? "" : " " + Refusal.quote(access.name()))
                + " is forbidden: User " + Refusal.quote(caller.name()) + " cannot " + access.verb() + " resource "
                + Refusal.quote(access.qualifiedResource()) + " in API group \"\" "
                + (access.namespace().isEmpty()
                        ? "at the cluster scope"
                        : "in the namespace " + Refusal.quote(access.namespace()))
                + (reason.isEmpty() ? "" : ": " + reason);
    }

    private static void onlyGet(HttpRequest request) {
        if (!request.method().equals("GET")) {
            throw Refusal.methodNotAllowed(request.method(), "GET");
        }
    }

    private static void onlyGetOrPost(HttpRequest request) {
        if (!request.method().equals("GET") && !request.method().equals("POST")) {
            throw Refusal.methodNotAllowed(request.method(), "GET, POST");
        }
    }

    private static void noWatch(Map<String, List<String>> parameters) {
        if (RequestTarget.flag(parameters, "watch")) {
            throw Refusal.notImplemented("watch is not served by this server; ask again instead");
        }
    }

    /** {@return whether a Table comes first among the formats that this server has} */
    private static boolean wantsTable(HttpRequest request) {
        for (String line : request.header("accept")) {
            for (String element : line.split(",", -1)) {
                List<String> parts = List.of(element.replace(" ", "").split(";", -1));
                if (parts.contains("as=Table") && parts.contains("v=v1")) {
                    return true;
                }
                boolean plain = parts.size() == 1 || parts.get(1).startsWith("q=");
                if (plain && List.of("application/json", "application/*", "*/*").contains(parts.get(0))) {
                    return false;
                }
            }
        }
        return false;
    }

    private static HttpDecision ok(byte[] json) {
        return new HttpDecision.Answer(200, headers("application/json"), json);
    }

    private static Map<String, String> headers(String contentType) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", contentType);
        headers.put("Cache-Control", "no-cache, private");
        headers.put("X-Content-Type-Options", "nosniff");
        return headers;
    }

    private static HttpDecision answerTo(HttpRequest request, Throwable failure) {
        Throwable cause = Optional.ofNullable(failure instanceof CompletionException ? failure.getCause() : null)
                .orElse(failure);
        Status status;
        Map<String, String> headers = headers("application/json");
        if (cause instanceof Refusal refusal) {
            LOG.debug("refused {}: {} {}", request, refusal.status().code(), refusal.getMessage());
            status = refusal.status();
            headers.putAll(refusal.headers());
        } else {
            LOG.error("failed to decide {}", request, cause);
            status = Status.internalError("the server could not decide this request; its log says why");
        }
        if (!request.method().equals("GET") || !request.header("upgrade").isEmpty()) {
            // A body that nobody read, or frames sent in advance, may follow on this connection.
            headers.put("Connection", "close");
        }
        return new HttpDecision.Answer(status.code(), headers, StatusCodec.encodeForHttp(status));
    }
}
