package io.wsstream.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionStateTest {
    /** Each state, what each event makes of it, in the order of the events; a dot is impossible. */
    @ParameterizedTest
    @CsvSource({
        //          opened status  close    end     lost
        "CONNECTING, OPEN, .,      .,       .,      CLOSED",
        "OPEN,       .,    STATUS, CLOSING, .,      CLOSED",
        "STATUS,     .,    .,      CLOSING, .,      CLOSED",
        "CLOSING,    .,    .,      .,       CLOSED, CLOSED",
        "CLOSED,     .,    .,      .,       .,      .",
    })
    void everyPairIsAsDrawn(SessionState state, String opened, String status, String close, String end, String lost) {
        for (SessionState.Event event : SessionState.Event.values()) {
            String next = switch (event) {
                case OPENED -> opened;
                case STATUS -> status;
                case CLOSE -> close;
                case END -> end;
                case LOST -> lost;
            };
            if (next.equals(".")) {
                assertThatThrownBy(() -> state.after(event))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining(event.name())
                        .hasMessageContaining(state.name());
            } else {
                assertThat(state.after(event)).isEqualTo(SessionState.valueOf(next));
            }
        }
    }

    @Test
    void theEndIsReachedFromEveryState() {
        Set<SessionState> seen = EnumSet.of(SessionState.CLOSED);
        for (SessionState state : SessionState.values()) {
            if (state != SessionState.CLOSED) {
                seen.add(state);
                assertThat(state.after(SessionState.Event.LOST)).isEqualTo(SessionState.CLOSED);
            }
        }

        assertThat(seen).containsExactlyInAnyOrder(SessionState.values());
    }
}
