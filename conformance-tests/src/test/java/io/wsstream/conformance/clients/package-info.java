/** The clients of others against our server, as installed from their registries; what they can do is docs/CLIENTS.md. */
@NullMarked
package io.wsstream.conformance.clients;

import org.jspecify.annotations.NullMarked;
