/** What the tests of core share: bytes as text, and links in memory. */
@NullMarked
package io.wsstream.core.testing;

import org.jspecify.annotations.NullMarked;
