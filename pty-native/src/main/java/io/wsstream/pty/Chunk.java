package io.wsstream.pty;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;

/**
 * A direct buffer with its address.
 *
 * <p>Allocated by the JDK and not by JNA: a holder that uses a buffer after releasing it reads wrong bytes but cannot
 * crash the JVM, and a buffer that is never released goes with the garbage.
 */
final class Chunk {
    final ByteBuffer buffer;
    final long address;

    Chunk(int capacityBytes) {
        this.buffer = ByteBuffer.allocateDirect(capacityBytes);
        this.address = Pointer.nativeValue(Native.getDirectBufferPointer(buffer));
    }

    /** Over an array, for who needs no address. */
    Chunk(byte[] bytes) {
        this.buffer = ByteBuffer.wrap(bytes);
        this.address = 0;
    }

    int capacityBytes() {
        return buffer.capacity();
    }
}
