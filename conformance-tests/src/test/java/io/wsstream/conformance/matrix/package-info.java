/** Our client against the servers of others, and the clients of others against our server; one cell, one test. */
@NullMarked
package io.wsstream.conformance.matrix;

import org.jspecify.annotations.NullMarked;
