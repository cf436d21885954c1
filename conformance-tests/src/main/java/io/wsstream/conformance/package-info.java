/**
 * The conformance harness: what is right on the wire as data, and what plays it against a server or a client.
 *
 * <p>It uses no code of the libraries that it judges. The cases lie in {@code /cases}, one file for each section; {@code
 * /cases/README.md} is their schema.
 */
@NullMarked
package io.wsstream.conformance;

import org.jspecify.annotations.NullMarked;
