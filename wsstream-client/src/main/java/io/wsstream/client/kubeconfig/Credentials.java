package io.wsstream.client.kubeconfig;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the {@code Authorization} header.
 *
 * <p><b>Threads:</b> any. <b>Blocking:</b> a supplier may; a refresh may run a program.
 */
interface Credentials {
    /** Nothing, or a client certificate below. */
    Credentials NONE = () -> null;

    /** {@return the header's value, or null for none} */
    @Nullable
    String authorization() throws IOException;

    /** Makes new ones where that can be done; called after the server refused the old. */
    default void refresh() throws IOException {}

    /** A bearer token asked for anew each time. */
    static Credentials bearer(Supplier<String> token) {
        return () -> bearer(token.get());
    }

    /** A bearer token in a file, which whoever rotates it may replace. */
    static Credentials tokenFile(Path file) {
        return () -> {
            try {
                return bearer(Files.readString(file));
            } catch (IllegalArgumentException noToken) {
                throw new ClusterAccessException(
                        "the token file " + file + " holds no bearer token: " + noToken.getMessage(), noToken);
            } catch (IOException unreadable) {
                throw new ClusterAccessException(
                        "cannot read the token file " + file + (Files.exists(file) ? "" : ": no such file"),
                        unreadable);
            }
        };
    }

    /** Of a user who may have both; then the file is the newer one (client-go, AuthInfo.TokenFile). */
    private static @Nullable String authorization(@Nullable String token, @Nullable Path file) throws IOException {
        String known = token == null || token.isEmpty() ? null : token;
        if (file != null) {
            try {
                return tokenFile(file).authorization();
            } catch (ClusterAccessException unreadable) {
                if (known == null) {
                    throw unreadable;
                }
            }
        }
        return known == null ? null : bearer(known);
    }

    private static String bearer(String token) {
        String bare = token.strip();
        if (bare.isEmpty()) {
            throw new IllegalArgumentException("the token is empty");
        }
        if (!bare.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            throw new IllegalArgumentException("the token holds blanks, line breaks or letters beyond ASCII");
        }
        return "Bearer " + bare;
    }

    /** What a file holds; to be refreshed it is read again. */
    final class FromFile implements Credentials {
        private final Reading again;
        private volatile Credentials now;

        /** May block. */
        @FunctionalInterface
        interface Reading {
            Credentials read() throws IOException;
        }

        FromFile(@Nullable String token, @Nullable Path tokenFile, Reading again) {
            this.now = () -> Credentials.authorization(token, tokenFile);
            this.again = again;
        }

        @Override
        public @Nullable String authorization() throws IOException {
            return now.authorization();
        }

        @Override
        public void refresh() throws IOException {
            now = again.read();
        }
    }

    /** What fabric8 found in a kubeconfig, in its own order of preference. */
    final class FromConfig implements Credentials {
        private final String what;
        private volatile Made made;

        /** They are replaced together. */
        private record Made(Config config, CurrentUser user) {}

        FromConfig(Config config, String what) throws ClusterAccessException {
            this.what = what;
            this.made = new Made(config, CurrentUser.of(config, what));
        }

        CurrentUser user() {
            return made.user();
        }

        @Override
        public @Nullable String authorization() throws IOException {
            Config now = made.config();
            Path file = made.user().tokenFile();
            if (notEmpty(now.getUsername()) && notEmpty(now.getPassword())) {
                byte[] pair = (now.getUsername() + ":" + now.getPassword()).getBytes(StandardCharsets.UTF_8);
                return "Basic " + Base64.getEncoder().encodeToString(pair);
            }
            String token = now.getOauthTokenProvider() != null
                    ? now.getOauthTokenProvider().getToken()
                    : notEmpty(now.getOauthToken()) ? now.getOauthToken() : now.getAutoOAuthToken();
            return Credentials.authorization(token, file);
        }

        @Override
        public void refresh() throws IOException {
            Config again = made.config().refresh();
            made = new Made(again, CurrentUser.of(again, what));
        }

        private static boolean notEmpty(@Nullable String text) {
            return text != null && !text.isEmpty();
        }
    }
}
