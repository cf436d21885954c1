package io.wsstream.core.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebSocketSettingsTest {
    private static WebSocketSettings settings(int max, long high, long low, int... seconds) {
        Duration[] bounds = new Duration[6];
        for (int i = 0; i < bounds.length; i++) {
            bounds[i] = Duration.ofSeconds(i < seconds.length ? seconds[i] : 0);
        }
        return new WebSocketSettings(max, high, low, bounds[0], bounds[1], bounds[2], bounds[3], bounds[4], bounds[5]);
    }

    @Test
    void theLeastOfEachIsTaken() {
        assertThat(settings(1, 1, 0).silence()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2, 1, maxMessageBytes is 0",
        "-1, 2, 1, maxMessageBytes is -1",
        "1, 0, 0, highMarkBytes is 0",
        "1, 2, -1, lowMarkBytes is -1",
        "1, 2, 2, lowMarkBytes is 2"
    })
    void aSizeOutOfItsRangeIsRefusedByName(int max, long high, long low, String message) {
        assertThatThrownBy(() -> settings(max, high, low))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"0, pingEvery", "1, silence", "2, idle", "3, stall", "4, linger", "5, lingerTotal"})
    void aNegativeBoundIsRefusedByName(int which, String name) {
        int[] seconds = new int[6];
        seconds[which] = -1;

        assertThatThrownBy(() -> settings(1, 2, 1, seconds))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(name + " is PT-1S; expected zero, which is no bound, or more");
    }

    @Test
    void theSizeOfMessagesChangesAlone() {
        WebSocketSettings server = WebSocketSettings.server();

        assertThat(server.withMaxMessageBytes(5).maxMessageBytes()).isEqualTo(5);
        assertThat(server.withMaxMessageBytes(5).withMaxMessageBytes(server.maxMessageBytes()))
                .isEqualTo(server);
    }
}
