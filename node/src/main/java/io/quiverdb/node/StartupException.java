package io.quiverdb.node;

/// Why a node does not start, and the code that its process exits with.
public abstract sealed class StartupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  private StartupException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  private StartupException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }

  /// A setting is not what it must be, or cannot be read.
  public static final class BadConfiguration extends StartupException {
    private static final long serialVersionUID = 1L;

    public BadConfiguration(String message) {
      super(ExitCode.CONFIGURATION, message);
    }

    public BadConfiguration(String message, Throwable cause) {
      super(ExitCode.CONFIGURATION, message, cause);
    }
  }

  /// Another process listens where this node shall.
  public static final class PortInUse extends StartupException {
    private static final long serialVersionUID = 1L;

    public PortInUse(String key, String address, Throwable cause) {
      super(
          ExitCode.CONFIGURATION,
          key + ": " + address + " is in use (expected: a free port)",
          cause);
    }
  }

  /// The data directory is used by another process, or belongs to another node or cluster.
  public static final class DataDirectoryRefused extends StartupException {
    private static final long serialVersionUID = 1L;

    public DataDirectoryRefused(String message) {
      super(ExitCode.DATA_REFUSED, "data-dir: " + message);
    }

    public DataDirectoryRefused(String message, Throwable cause) {
      super(ExitCode.DATA_REFUSED, "data-dir: " + message, cause);
    }
  }

  /// The disk or the network failed, or what is on the disk is damaged.
  public static final class InputOutput extends StartupException {
    private static final long serialVersionUID = 1L;

    public InputOutput(String message, Throwable cause) {
      super(ExitCode.INPUT_OUTPUT, message, cause);
    }
  }
}
