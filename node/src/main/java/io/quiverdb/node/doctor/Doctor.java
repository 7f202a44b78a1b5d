package io.quiverdb.node.doctor;

import io.quiverdb.node.Endpoint;
import io.quiverdb.node.NodeConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Looks over what a node with some configuration would find on this machine. Changes nothing: what
/// it writes to measure the disk is deleted again.
public final class Doctor {
  private Doctor() {}

  /// @param config of the node; best while it does not run, or its ports are in use
  public static List<Finding> examine(NodeConfig config) {
    List<Finding> findings = new ArrayList<>();
    findings.addAll(DiskCheck.examine(config.dataDirectory()));
    findings.add(KeyCheck.examine(config));
    findings.addAll(CertificateCheck.examine(config, Instant.now()));
    findings.add(PortCheck.examine("listen", config.listen()));
    findings.add(PortCheck.examine("peer-listen", config.peerListen()));
    findings.add(PortCheck.examine("raft-listen", config.raftListen()));
    for (var peer : config.join()) {
      findings.add(PeerCheck.examine(Endpoint.parse(peer, Optional.empty())));
    }
    findings.add(ClockCheck.examine());
    findings.addAll(LimitsCheck.examine());
    return List.copyOf(findings);
  }
}
