package io.quiverdb.jepsen.report;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/// Looks into a page. Fails if its elements are not well nested, or anything in it is not escaped.
final class PageReader {
  private final Document document;

  PageReader(String html) {
    try {
      document =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(html)));
    } catch (SAXException | IOException | ParserConfigurationException e) {
      throw new AssertionError(e);
    }
  }

  List<Element> elements(String path) {
    try {
      var nodes =
          (NodeList)
              XPathFactory.newInstance()
                  .newXPath()
                  .evaluate(path, document, XPathConstants.NODESET);
      var elements = new ArrayList<Element>();
      for (int node = 0; node < nodes.getLength(); node++) {
        elements.add((Element) nodes.item(node));
      }
      return elements;
    } catch (XPathExpressionException e) {
      throw new AssertionError(e);
    }
  }

  List<String> texts(String path) {
    return elements(path).stream().map(Element::getTextContent).map(String::strip).toList();
  }

  /// All that a reader sees.
  String text() {
    return document.getDocumentElement().getTextContent();
  }
}
