/**
 * Every decoder against bytes that nobody thought of: only the exceptions that it documents may come out. Each test runs
 * some seconds, in a JVM of its own. What it finds becomes a line of the vectors.
 */
@NullMarked
package io.wsstream.core.fuzz;

import org.jspecify.annotations.NullMarked;
