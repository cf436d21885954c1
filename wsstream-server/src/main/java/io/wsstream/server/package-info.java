/**
 * The exec server: what a program that embeds it types.
 *
 * <p>Who calls ({@link io.wsstream.server.Authenticator}), what they may do ({@link io.wsstream.server.Authorizer}), which
 * pods there are ({@link io.wsstream.server.PodCatalog}), under which names the server answers ({@link
 * io.wsstream.server.HostPolicy}, {@link io.wsstream.server.TlsIdentity}), and how much it takes on ({@link
 * io.wsstream.server.ServerLimits}).
 */
@NullMarked
package io.wsstream.server;

import org.jspecify.annotations.NullMarked;
