// Runs in an audio worklet: hands what it hears to the page, a tenth of a second at once, as the mean of the channels.

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.clear();
    this.port.onmessage = () => {
      this.send();
      this.port.postMessage(undefined, []); // the end
    };
  }

  clear() {
    this.part = new Float32Array(Math.ceil(sampleRate / 10));
    this.filled = 0;
  }

  send() {
    const part = this.part.slice(0, this.filled);
    this.port.postMessage(part, [part.buffer]);
    this.clear();
  }

  process([channels]) {
    const length = channels[0]?.length ?? 0; // none while nothing is connected
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i];
      this.part[this.filled++] = sum / channels.length;
      if (this.filled === this.part.length) this.send();
    }
    return true;
  }
}

registerProcessor("qkv-capture", Capture);
