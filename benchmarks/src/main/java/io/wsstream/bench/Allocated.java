package io.wsstream.bench;

import java.lang.management.ManagementFactory;
import javax.management.AttributeNotFoundException;
import javax.management.JMException;
import javax.management.ObjectName;

/** Bytes that all threads of this JVM have allocated on the heap so far, those that ended among them. */
final class Allocated {
    private Allocated() {}

    /** {@return whether this JVM counts them; from JDK 21, and late ones of 17} */
    static boolean isCounted() {
        return !Double.isNaN(bytes());
    }

    /** {@return how many, or NaN where the JVM does not count} */
    static double bytes() {
        try {
            Object bytes = ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(new ObjectName("java.lang:type=Threading"), "TotalThreadAllocatedBytes");
            return ((Number) bytes).doubleValue();
        } catch (AttributeNotFoundException tooOld) {
            return Double.NaN;
        } catch (JMException impossible) {
            throw new IllegalStateException("every JVM tells of its threads", impossible);
        }
    }
}
