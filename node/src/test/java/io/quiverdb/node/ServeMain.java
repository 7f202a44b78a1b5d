package io.quiverdb.node;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// A node's process, its settings given as `key=value`.
final class ServeMain {
  private ServeMain() {}

  public static void main(String[] settings) {
    Map<String, String> overrides = new HashMap<>();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      overrides.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    try {
      System.exit(NodeProcess.run(NodeConfig.load(Optional.empty(), Map.of(), overrides)));
    } catch (StartupException e) {
      System.err.println(e.getMessage());
      System.exit(e.exitCode());
    }
  }
}
