package io.quiverdb.node.doctor;

import io.quiverdb.core.MasterKey;
import io.quiverdb.core.StoreException;
import io.quiverdb.node.NodeConfig;
import io.quiverdb.node.StartupException;
import java.util.List;

/// Whether the node has its master key, and it is the one that the data is sealed under.
final class KeyCheck {
  private static final String SUBJECT = "master key";

  private KeyCheck() {}

  static Finding examine(NodeConfig config) {
    if (!config.encrypts()) {
      return Finding.warning(
          SUBJECT, "encrypt: false", "Right only where the disk is encrypted below.");
    }
    try {
      if (config.masterKeyIsToBeMade()) {
        return Finding.good(SUBJECT, config.masterKeySource() + " is made at the first start");
      }
      return examine(config, config.masterKeys());
    } catch (StartupException e) {
      return Finding.bad(
          SUBJECT, String.valueOf(e.getMessage()), "See `quiver master-key --help`.");
    }
  }

  private static Finding examine(NodeConfig config, List<MasterKey> keys) {
    try {
      var wrapping = MasterKey.idOf(config.dataDirectory());
      if (wrapping.isEmpty()) {
        return Finding.good(SUBJECT, keys.getFirst().id() + ", of no data yet");
      }
      return keys.stream().anyMatch(key -> key.id().equals(wrapping.get()))
          ? Finding.good(SUBJECT, wrapping.get() + ", that of the data")
          : Finding.bad(
              SUBJECT,
              keys.getFirst().id() + ", where the data are under " + wrapping.get(),
              "Give the node that key, or a copy of it: without it the data cannot be read.");
    } catch (StoreException e) {
      return Finding.bad(
          SUBJECT, String.valueOf(e.getMessage()), "`quiver verify` tells what is damaged.");
    }
  }
}
