/**
 * Texts whose contrast with the page is below 4.5 to 1 (WCAG 2.2, 1.4.3), each with its contrast. It runs in the browser, and
 * so it is text; the page has one background throughout.
 */
export const poorlyLegible = `(() => {
  const canvas = document.createElement("canvas").getContext("2d");
  const pixelOf = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const page = luminance(pixelOf(getComputedStyle(document.body).backgroundColor));
  const contrastOf = (colour) => {
    const text = luminance(pixelOf(colour));
    return (Math.max(page, text) + 0.05) / (Math.min(page, text) + 0.05);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const poor = [];
  while (walker.nextNode()) {
    const { parentElement: element, textContent: text } = walker.currentNode;
    if (text.trim() === "" || element.closest("script")) continue;
    const style = getComputedStyle(element);
    const contrast = contrastOf(element.namespaceURI.endsWith("svg") ? style.fill : style.color);
    if (contrast < 4.5) poor.push(text.trim().slice(0, 40) + ": " + contrast.toFixed(2));
  }
  return poor;
})()`;
