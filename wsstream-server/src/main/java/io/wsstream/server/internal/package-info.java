/** What the packages of this module share, and nobody else uses. */
@NullMarked
package io.wsstream.server.internal;

import org.jspecify.annotations.NullMarked;
