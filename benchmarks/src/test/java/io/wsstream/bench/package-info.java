@NullMarked
package io.wsstream.bench;

import org.jspecify.annotations.NullMarked;
