package io.quiverdb.jepsen.net;

/// One end of a link.
public sealed interface End {
  /// @param number from 0
  record Node(int number) implements End {
    public Node {
      if (number < 0) {
        throw new IllegalArgumentException("number: " + number + " (expected: at least 0)");
      }
    }

    @Override
    public String toString() {
      return "node " + number;
    }
  }

  /// All that is not a node: the harness and whatever else connects.
  record Clients() implements End {
    @Override
    public String toString() {
      return "clients";
    }
  }

  static End node(int number) {
    return new Node(number);
  }

  static End clients() {
    return new Clients();
  }
}
