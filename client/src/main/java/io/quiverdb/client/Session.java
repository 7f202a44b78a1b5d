package io.quiverdb.client;

import io.quiverdb.client.routing.Router;

/// What a client has seen. Reads at [Consistency#SESSION] see at least that, whichever replica
/// answers: the client reads its own writes, and nothing that it has seen goes away again.
///
/// A session that goes on in another process, or in another client, takes its token along:
///
/// ```java
/// String token = quiver.session().token().toString();
/// // elsewhere
/// quiver.session().withToken(new SessionToken(token));
/// Optional<StoredPoint> mine = docs.at(Consistency.SESSION).get("a");
/// ```
public final class Session {
  private final Router router;

  Session(Router router) {
    this.router = router;
  }

  /// Names all that was written and read through the client so far, and what tokens named.
  public SessionToken token() {
    return new SessionToken(router.sessionToken());
  }

  /// Reads of the client from now on see what the token names, too.
  public Session withToken(SessionToken token) {
    router.sawToken(token.text());
    return this;
  }
}
