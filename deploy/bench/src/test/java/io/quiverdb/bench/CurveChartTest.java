package io.quiverdb.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

final class CurveChartTest {
  private static final Curve OURS = curve("ours <fast> & honest", 0.9, 2000);
  private static final Curve REFERENCE = curve("reference", 0.95, 1000);

  @Test
  void drawingIsWellFormedAndHasALineForEachContestantAndAMarkForEachPoint() throws Exception {
    var document = parse(CurveChart.svg(new Curves("data", List.of(OURS, REFERENCE))));

    assertThat(document.getElementsByTagName("polyline").getLength()).isEqualTo(2);
    // Two points, and one in the legend.
    assertThat(document.getElementsByTagName("circle").getLength()).isEqualTo(3);
    assertThat(document.getDocumentElement().getTextContent()).contains("ours <fast> & honest");
  }

  @Test
  void greaterRecallIsFurtherRightAndMoreQueriesAreFurtherUp() throws Exception {
    var document = parse(CurveChart.svg(new Curves("data", List.of(OURS))));

    var line = (Element) document.getElementsByTagName("polyline").item(0);
    var points = line.getAttribute("points").split("[ ,]", -1);
    assertThat(Double.parseDouble(points[0])).isLessThan(Double.parseDouble(points[2]));
    assertThat(Double.parseDouble(points[1])).isLessThan(Double.parseDouble(points[3]));
  }

  @Test
  void moreContestantsThanCanBeToldApartAreRefused() {
    assertThatThrownBy(() -> CurveChart.svg(new Curves("data", Collections.nCopies(4, OURS))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("curves: 4 (expected: 1 to 3)");
  }

  @Test
  void curvesAreWrittenForPeopleForProgramsAndDrawn(@TempDir Path directory) throws Exception {
    var curves = Optional.of(new Curves("data", List.of(OURS, REFERENCE)));

    ResultFiles.write(directory, "search", "the command", List.of(), curves);

    assertThat(Files.readString(directory.resolve("search.md")))
        .contains("| reference | 12.5 | 3.00 | 10 | 0.9500 | 1,000 | 100 | 200 |")
        .contains("(search.svg)");
    assertThat(Files.readString(directory.resolve("search.json")))
        .contains("\"recall_at_10\" : 0.95")
        .contains("\"resident_bytes\" : 3000000");
    assertThat(directory.resolve("search.svg")).content().startsWith("<svg ");
  }

  private static Curve curve(String name, double recall, double perSecond) {
    return new Curve(
        name,
        12.5,
        OptionalLong.of(3_000_000),
        List.of(
            new Curve.Point(20, recall + 0.04, perSecond / 2, 200, 400),
            new Curve.Point(10, recall, perSecond, 100, 200)));
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }
}
