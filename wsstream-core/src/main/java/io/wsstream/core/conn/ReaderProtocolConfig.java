package io.wsstream.core.conn;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a {@link Reader} is under one subprotocol name.
 *
 * @param binary whether messages are raw bytes; otherwise each is base64 in text
 */
public record ReaderProtocolConfig(boolean binary) {
    /**
     * The names that Kubernetes has for logs: none, {@code binary.k8s.io}, and {@code base64.binary.k8s.io}.
     *
     * @return name to configuration
     */
    public static Map<String, ReaderProtocolConfig> defaults() {
        Map<String, ReaderProtocolConfig> protocols = new LinkedHashMap<>();
        protocols.put("", new ReaderProtocolConfig(true));
        protocols.put("binary.k8s.io", new ReaderProtocolConfig(true));
        protocols.put("base64.binary.k8s.io", new ReaderProtocolConfig(false));
        return Collections.unmodifiableMap(protocols);
    }
}
