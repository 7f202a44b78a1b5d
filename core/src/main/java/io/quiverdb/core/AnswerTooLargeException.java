package io.quiverdb.core;

/// What was asked for is there, and more than one answer may hold.
public final class AnswerTooLargeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public AnswerTooLargeException() {
    super(
        "answer: more than %d bytes (expected: at most as many; ask for fewer points, or without"
                .formatted(AnswerSize.BYTES_MAX)
            + " payloads and vectors)");
  }
}
