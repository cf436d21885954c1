package io.wsstream.conformance.docs.examples;

import io.wsstream.server.Access;
import io.wsstream.server.Authenticator;
import io.wsstream.server.Authorizer;
import io.wsstream.server.Caller;
import io.wsstream.server.Credentials;
import io.wsstream.server.Decision;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WsStreamServer;
import io.wsstream.server.exec.ExecTarget;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;

public class Teams implements Authenticator, Authorizer {
    private final Function<String, Optional<Caller>> directory;
    private final Executor threads;

    public Teams(Function<String, Optional<Caller>> directory, Executor threads) {
        this.directory = directory;
        this.threads = threads;
    }

    @Override
    public CompletionStage<Optional<Caller>> authenticate(Credentials credentials) {
        return CompletableFuture.supplyAsync(() -> credentials.bearerToken().flatMap(directory), threads);
    }

    @Override
    public CompletionStage<Decision> authorize(Caller caller, Access access) {
        boolean reads = access.verb().equals("get") || access.verb().equals("list");
        boolean allowed = caller.groups().contains("operators")
                || caller.groups().contains(access.namespace())
                || (reads && access.subresource().isEmpty());
        return CompletableFuture.completedStage(
                allowed ? Decision.allow() : Decision.deny("ask for the group " + access.namespace()));
    }

    public WsStreamServer start(PodCatalog pods, ExecTarget target) throws IOException {
        return WsStreamServer.builder()
                .authenticator(this)
                .authorizer(this)
                .pods(pods)
                .exec(target)
                .start();
    }
}
