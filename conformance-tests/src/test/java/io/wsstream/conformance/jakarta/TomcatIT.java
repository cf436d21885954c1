package io.wsstream.conformance.jakarta;

import static org.assertj.core.api.Assertions.assertThat;

import io.wsstream.conformance.docs.Kubectl;
import io.wsstream.conformance.docs.examples.InTyrus;
import io.wsstream.conformance.docs.examples.KubernetesFilter;
import io.wsstream.conformance.peers.PeerResult;
import io.wsstream.core.HandshakeException;
import io.wsstream.core.Subprotocol;
import io.wsstream.server.Authenticator;
import io.wsstream.server.JakartaServer;
import io.wsstream.server.KubeconfigWriter;
import io.wsstream.server.Pod;
import io.wsstream.server.PodCatalog;
import io.wsstream.server.WsStreamServer;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.apache.tomcat.websocket.server.WsSci;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/howto/jakarta.md: a servlet container, with the filter that makes it a whole API server. */
class TomcatIT extends ContainerIT {
    @TempDir
    private Path folder;

    @Override
    Container start(JakartaServer exec) throws Exception {
        return start(context -> {
            FilterDef filter = new FilterDef();
            filter.setFilterName("kubernetes");
            filter.setFilter(new KubernetesFilter(exec));
            context.addFilterDef(filter);
            FilterMap everything = new FilterMap();
            everything.setFilterName("kubernetes");
            everything.addURLPattern("/*");
            context.addFilterMap(everything);
        });
    }

    private Container start(Consumer<Context> deployment) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createTempDirectory(folder, "tomcat").toString());
        tomcat.setPort(0);
        Context context = tomcat.addContext("", folder.toString());
        context.addServletContainerInitializer(new WsSci(), null);
        if (context instanceof StandardContext noisy) { // it would look into the JVM, and complain that it cannot
            noisy.setClearReferencesRmiTargets(false);
            noisy.setClearReferencesThreadLocals(false);
        }
        Tomcat.addServlet(context, "default", new DefaultServlet());
        context.addServletMappingDecoded("/", "default");
        deployment.accept(context);
        tomcat.start();
        int port = tomcat.getConnector().getLocalPort();
        return new Container() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public void stop() throws Exception {
                tomcat.stop();
                tomcat.destroy();
            }
        };
    }

    private static void deploy(JakartaServer exec, Context context) {
        ServerContainer container =
                (ServerContainer) context.getServletContext().getAttribute(ServerContainer.class.getName());
        try {
            for (ServerEndpointConfig endpoint : exec.endpoints()) {
                container.addEndpoint(endpoint);
            }
        } catch (DeploymentException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void withoutTheFilterExecIsServedAndWhoIsRefusedIsToldNothing() throws Exception {
        serve(
                InTyrus.exec(processes),
                made -> start(context -> context.addLifecycleListener(event -> {
                    if (event.getType().equals(Lifecycle.CONFIGURE_START_EVENT)) {
                        context.addServletContainerInitializer((classes, servlets) -> deploy(made, context), null);
                    }
                })));

        bothOutputsAndTheExitCodeArrive();
        assertThat(refusal("nosuch"))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        refused -> assertThat(refused.httpStatus()).isEqualTo(500));
        assertThat(exec.liveSessions()).isZero();
    }

    @Test
    void whoIsRefusedIsToldAsByAnApiServer() throws Exception {
        assertThat(refusal("nosuch"))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        refused -> assertThat(refused.httpStatus()).isEqualTo(404))
                .hasMessageContaining("pods \"nosuch\" not found");
        assertThat(refusal("p", Subprotocol.V3))
                .isInstanceOfSatisfying(
                        HandshakeException.class,
                        refused -> assertThat(refused.httpStatus()).isEqualTo(403))
                .hasMessageContaining("unsupported subprotocols");
    }

    @Test
    void kubectlRunsCommands() throws Exception {
        PeerResult result = kubectl().runWith("in\n", "exec", "-i", "p", "--", "sh", "-c", "cat; echo err >&2; exit 7");

        assertThat(result.out()).as(result.toString()).isEqualTo("in\n");
        assertThat(result.err()).isEqualTo("err\ncommand terminated with exit code 7\n");
        assertThat(result.exitCode()).isEqualTo(7);
    }

    @Test
    void kubectlSeesThePodsAndWhyItIsRefused() throws Exception {
        Kubectl kubectl = kubectl();

        assertThat(kubectl.run("get", "pods", "-o", "name").out()).isEqualTo("pod/p\n");
        assertThat(kubectl.run("exec", "nosuch", "--", "true").err())
                .isEqualTo("Error from server (NotFound): pods \"nosuch\" not found\n");
        assertThat(kubectl.run("exec", "p", "-c", "nosuch", "--", "true").err())
                .contains("container nosuch is not valid");
    }

    /** kubectl sends no token over plain HTTP. */
    private Kubectl kubectl() throws Exception {
        serve(WsStreamServer.builder()
                .authenticator(Authenticator.none())
                .pods(PodCatalog.of(Pod.of("p", "main")))
                .exec(processes)
                .inContainer());
        Path kubeconfig = folder.resolve("kubeconfig");
        new KubeconfigWriter(kubeconfig).write(uri, null, null);
        return new Kubectl(kubeconfig);
    }
}
