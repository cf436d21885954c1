/** JMH of what runs once per frame; {@code benchmarks/run jmh}. */
@NullMarked
package io.wsstream.bench.micro;

import org.jspecify.annotations.NullMarked;
