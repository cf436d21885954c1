package io.wsstream.conformance.mutants;

/** What {@link ReferenceServer} may do wrong, and the case that has to say so. */
enum ServerFault {
    COMMAND_THROUGH_A_SHELL("1.2-no-shell"),
    FLAGS_ONLY_AS_TRUE("1.3-anything-else-is-true"),
    STREAMS_BY_DEFAULT("1.3-absent-is-false"),
    UNKNOWN_POD_SERVED("1.5-no-pod"),
    CONNECTION_COMPARED_WHOLE("2.1-connection-list"),
    NO_UPGRADE_NEEDED("2.1-no-upgrade"),
    WRONG_ACCEPT("3.1-accept"),
    EXTENSIONS_AGREED_TO("3.1-no-extensions"),
    POST_UPGRADED("3.2.1-not-get"),
    NO_KEY_NEEDED("3.2.3-no-key"),
    ANY_VERSION("3.2.4-other-version"),
    NEVER_403("3.2.5-none-in-common"),
    SERVER_CHOOSES("3.3.2-server-has-no-preference"),
    NAMES_IN_ANY_CASE("3.3.3-case"),
    EARLY_FRAMES_LOST("3.4-frames-with-the-head"),

    TEXT_REFUSED("5.3-text-on-raw"),
    WRONG_OPCODE_SENT("5.3-watch-opcode"),
    RESERVED_OPCODE_TAKEN("5.3-reserved-opcode"),
    RESERVED_BIT_TAKEN("5.3-reserved-bit"),
    BASE64_WITHOUT_PADDING("5.2-watch-base64"),
    BROKEN_BASE64_KILLS("5.2-no-padding"),
    EMPTY_MESSAGE_SENT("5.4-watch-empty"),
    EMPTY_MESSAGE_KILLS("5.4-empty-message"),
    EMPTY_PAYLOAD_ENDS_STDIN("5.4-channel-alone"),
    UNKNOWN_CHANNEL_KILLS("5.4-unknown-channel"),
    FRAGMENTS_CUT("5.5-two-fragments"),
    FRAGMENTS_SENT("5.5-watch-fragments"),
    PING_BREAKS_FRAGMENTS("5.5-ping-between"),
    CONTINUATION_OF_NOTHING_TAKEN("5.5-continuation-alone"),
    MESSAGE_INSIDE_A_MESSAGE_TAKEN("5.5-new-message-inside"),
    SMALL_LIMIT("5.6-one-mebibyte"),
    NO_LIMIT("5.6-too-large"),
    UNMASKED_TAKEN("5.7-unmasked"),
    MASKED_SENT("5.7-watch-unmasked"),
    LONG_LENGTH_TAKEN("5.7-long-length"),
    LONG_LENGTH_SENT("5.7-watch-shortest-length"),
    FRAGMENTED_CONTROL_TAKEN("5.7-fragmented-control"),
    LONG_CONTROL_TAKEN("5.7-long-control"),
    PING_IGNORED("5.7-ping"),
    PONG_WITHOUT_PAYLOAD("5.7-ping"),
    PINGS_BEHIND_STDIN("5.9-ping-behind-unread-input"),
    CLOSE_UNANSWERED("5.7-close-is-answered"),
    HALF_A_CODE_TAKEN("5.7-half-a-code"),
    ILLEGAL_CODE_TAKEN("5.7-illegal-code"),
    ILLEGAL_CODE_SENT("5.7-watch-close-code"),
    INPUT_WITHOUT_BOUND("5.9-bounded"),
    OUTPUT_CUT("5.9-client-reads-late"),

    STDERR_ON_STDOUT("6.1-stdout-and-stderr"),
    UNASKED_OUTPUT_SENT("6.1-only-stdout"),
    STDIN_ECHOED_ON_ITS_CHANNEL("6.1-watch-channels"),
    NO_OPENING("6.3-open-on-stdout"),
    OPENING_ON_EVERY_CHANNEL("6.3-watch-one-opening"),
    OPENING_WITH_THE_OUTPUT("6.3-open-at-once"),
    RESIZE_ON_3_ONLY("6.4-first-size"),
    RESIZE_BLOCKS_WITHOUT_TERMINAL("6.4-without-terminal"),
    RESIZE_ERROR_KILLS("6.4-undecodable"),

    HALF_CLOSE_IGNORED("7.1-end-of-input"),
    HALF_CLOSE_ENDS_ALL("7.1-does-not-end-a-session"),
    HALF_CLOSE_LOSES_DATA("7.2-slow-reader"),
    HALF_CLOSE_OF_ANY_CHANNEL_ENDS_STDIN("7.5-others-keep-stdin-open"),
    HALF_CLOSE_TOO_LONG_TAKEN("7.7-too-long"),
    HALF_CLOSE_OF_UNKNOWN_TAKEN("7.8-unknown-channel"),
    HALF_CLOSE_BEFORE_V5("7.9-before-v5"),

    TOKEN_CHOSEN("10.1-never-chosen"),
    TWO_TOKENS_TAKEN("10.1-two-tokens"),
    ANYBODY_LET_IN("10.2-wrong-token"),

    STATUS_TWICE("11.1-watch-one-message"),
    STATUS_BEFORE_THE_OUTPUT("11.1-watch-last"),
    JSON_BEFORE_V4("11.2-text-is-failure"),
    TEXT_FROM_V4_ON("11.2-success"),
    NEWLINE_AFTER_THE_STATUS("11.2-success-in-bytes"),
    EXIT_CODE_LOST("11.2-exit-codes"),
    EXIT_CODE_AS_NUMBER("11.2-exit-in-words"),

    STATUS_AFTER_CLOSE("12.1-watch-nothing-after-close"),
    NO_STATUS("12.3-watch-status-before-1000"),
    NO_CLOSE("12.1-watch-close-first"),
    RESET_AT_THE_END("12.2-ends-by-fin"),
    NEVER_ENDS_TCP("12.2-ends-after-both"),
    WAITS_FOR_STDIN("12.1-stdin-open");

    private final String caughtBy;

    ServerFault(String caughtBy) {
        this.caughtBy = caughtBy;
    }

    String caughtBy() {
        return caughtBy;
    }
}
