package io.quiverdb.cli.local;

/// What is done if the program is ended from outside, by a signal say, before this is closed.
public final class EmergencyStop implements AutoCloseable {
  private final Thread hook;

  /// @param action runs beside whatever the program is doing
  public EmergencyStop(Runnable action) {
    hook = new Thread(action, "emergency");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // It is at work: the program is being ended.
    }
  }
}
