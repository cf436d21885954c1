package io.wsstream.conformance.mutants;

/** What {@link ReferenceClient} may do wrong, and the case that has to say so. */
enum ClientFault {
    COMMAND_IN_ONE_WORD("1.2-command"),
    STREAMS_NOT_ASKED_FOR("1.2-outputs-are-asked-for"),
    STDIN_NOT_ASKED_FOR("1.2-stdin-is-asked-for"),
    POSTED("1.1-get"),
    OLD_VERSION("14.1-version"),
    SHORT_KEY("14.1-key"),
    CONSTANT_KEY("14.1-random-key"),
    NO_TOKEN("14.1-token"),
    ANY_SUBPROTOCOL_TAKEN("14.2-other-subprotocol"),
    NO_SUBPROTOCOL_TAKEN("14.2-no-subprotocol"),
    ACCEPT_NOT_CHECKED("14.2-wrong-accept"),
    UPGRADE_NOT_CHECKED("14.2-no-upgrade"),
    REFUSAL_IS_SUCCESS("14.3-refused"),
    REFUSAL_NOT_TOLD("14.3-status-is-told"),
    ANY_HTTP_STATUS_TAKEN("14.3-ok-is-no-upgrade"),
    EARLY_FRAMES_LOST("14.5-frames-with-the-answer"),

    BASE64_WITHOUT_PADDING("5.2-watch-base64"),
    TEXT_ON_RAW("5.3-watch-opcode"),
    RESERVED_BIT_TAKEN("5.3-reserved-bit"),
    RESERVED_OPCODE_TAKEN("5.3-reserved-opcode"),
    EMPTY_MESSAGE_SENT("5.4-watch-empty"),
    EMPTY_PAYLOAD_ENDS_STDOUT("5.4-channel-alone"),
    UNKNOWN_CHANNEL_ON_STDOUT("5.4-unknown-channel"),
    FRAGMENTS_CUT("5.5-fragments"),
    FRAGMENTS_SENT("5.5-watch-fragments"),
    PING_BREAKS_FRAGMENTS("5.5-control-between"),
    CUT_FRAME_TAKEN("5.5-cut-by-the-end"),
    CONTINUATION_OF_NOTHING_TAKEN("5.5-continuation-alone"),
    MESSAGE_INSIDE_A_MESSAGE_TAKEN("5.5-new-message-inside"),
    SMALL_LIMIT("5.6-large-message"),
    BIG_STDIN("5.6-watch-small-stdin"),
    UNMASKED_SENT("5.7-watch-masked"),
    ONE_MASK("5.7-watch-fresh-masks"),
    MASKED_TAKEN("5.7-masked-frame"),
    LONG_LENGTH_SENT("5.7-watch-shortest-length"),
    FRAGMENTED_CONTROL_TAKEN("5.7-fragmented-control"),
    LONG_CONTROL_TAKEN("5.7-long-control"),
    PING_IGNORED("5.7-ping"),
    UNASKED_PONG_KILLS("5.7-pong-unasked"),
    HALF_A_CODE_TAKEN("5.7-half-a-code"),
    ILLEGAL_CODE_SENT("5.7-watch-close-code"),
    OUTPUT_CUT("5.1-large-output"),
    INPUT_CUT("5.1-large-input"),
    SLOW_READER_GIVEN_UP("5.9-server-reads-late"),
    STDERR_CUT("5.9-reader-of-nothing"),

    STDERR_ON_STDOUT("6.1-stdout-and-stderr"),
    STATUS_ON_STDOUT("6.1-error-channel-is-no-output"),
    INPUT_ON_1("6.1-watch-channels"),
    STDIN_UNASKED("6.1-watch-stdin-asked-for"),
    WAITS_FOR_OPENING("6.3-no-opening-message"),
    NO_SIZE("6.4-first-size"),
    SIZE_ON_3("6.4-first-size"),
    SIZE_WITHOUT_TERMINAL("6.4-watch-no-terminal"),
    SIZE_BEFORE_V3("6.4-watch-before-v3"),

    NO_HALF_CLOSE("7.1-end-of-stdin"),
    HALF_CLOSE_ENDS_READING("7.1-output-after"),
    HALF_CLOSE_BEFORE_DATA("7.2-after-all-data"),
    HALF_CLOSE_TWICE("7.2-watch-once"),
    HALF_CLOSE_OF_NOTHING("7.1-watch-form"),
    HALF_CLOSE_AT_ONCE("7.1-not-before-the-end"),
    STDIN_AFTER_HALF_CLOSE("7.3-watch-no-stdin-after"),
    HALF_CLOSE_BEFORE_V5("7.11-watch-v5-only"),
    HALF_CLOSE_OF_THE_SERVER_KILLS("7.10-from-the-server"),

    SUCCESS_WITH_MORE_IS_FAILURE("11.3-success-as-others-write-it"),
    NAMES_IN_ONE_CASE("11.3-names-in-any-case"),
    METADATA_EXPECTED("11.3-exit-code-of-newer-servers"),
    EXIT_CODE_LOST("11.3-exit-codes"),
    BROKEN_EXIT_CODE_IS_SUCCESS("11.3-malformed-exit-code"),
    NO_CAUSE_IS_SUCCESS("11.3-no-cause"),
    FAILURE_NOT_TOLD("11.3-failure"),
    OTHER_STATUS_IS_SUCCESS("11.3-other-status"),
    NO_JSON_IS_SUCCESS("11.3-no-json"),
    FIRST_OF_TWO_STATUSES("11.3-two-statuses"),
    LAST_PIECE_OF_THE_STATUS("11.3-in-pieces"),
    TEXT_IS_SUCCESS("11.3-text-before-v4"),
    SILENCE_IS_FAILURE("11.3-silence-before-v4"),
    JSON_BEFORE_V4("11.3-json-before-v4"),
    NO_STATUS_IS_SUCCESS("11.4-no-status"),

    ANY_CODE_IS_SUCCESS("12.3-other-codes"),
    LOSS_IS_SUCCESS("12.4-lost"),
    RESET_IS_SUCCESS("12.4-reset"),
    CLOSE_UNANSWERED("12.4-answers-the-close"),
    STDIN_HOLDS_THE_END("12.4-stdin-open"),
    PONG_AFTER_CLOSE("12.4-watch-nothing-after-close"),
    NO_PINGS("13.1-ping"),
    SILENCE_IS_LOSS("13.2-slow-server");

    private final String caughtBy;

    ClientFault(String caughtBy) {
        this.caughtBy = caughtBy;
    }

    String caughtBy() {
        return caughtBy;
    }
}
