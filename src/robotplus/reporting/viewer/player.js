// The 3D player: shows one animated GLB at a time in one canvas. Knows nothing of the page around it.
import {
  ACESFilmicToneMapping, AnimationMixer, Box3, Color, DirectionalLight, Group, HemisphereLight,
  LoopOnce, PerspectiveCamera, Scene, Sphere, Vector3, WebGLRenderer,
} from "three";
import { OrbitControls } from "three/examples/jsm/controls/OrbitControls.js";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

export class Player {
  /** @param {HTMLElement} stage element to fill  @param {(seconds: number) => void} onTime called on every drawn time */
  constructor(stage, onTime) {
    this.stage = stage;
    this.onTime = onTime;
    this.time = 0;
    this.duration = 0;
    this.rate = 1;
    this.playing = false;
    this.renderer = new WebGLRenderer({ antialias: true, alpha: true });
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2));
    this.renderer.shadowMap.enabled = true;
    this.renderer.toneMapping = ACESFilmicToneMapping;
    this.renderer.toneMappingExposure = 1.25;
    stage.append(this.renderer.domElement);
    this.scene = new Scene();
    this.camera = new PerspectiveCamera(35, 1, 0.02, 200);
    this.controls = new OrbitControls(this.camera, this.renderer.domElement);
    this.controls.enableDamping = true;
    this.controls.maxPolarAngle = Math.PI * 0.52;
    this.controls.addEventListener("change", () => this.redraw());
    this.model = new Group();
    this.scene.add(this.model, new HemisphereLight(new Color("#ffffff"), new Color("#9aa0a8"), 1.7));
    this.sun = new DirectionalLight(new Color("#ffffff"), 2.2);
    this.sun.castShadow = true;
    this.sun.shadow.mapSize.set(2048, 2048);
    this.sun.shadow.bias = -0.0005;
    this.scene.add(this.sun, this.sun.target);
    this.drawnAt = 0;
    new ResizeObserver(() => this.resize()).observe(stage);
  }

  /** Show another animation, from its start. @param {ArrayBuffer} bytes a GLB */
  async load(bytes) {
    const gltf = await new GLTFLoader().parseAsync(bytes, "");
    this.model.clear();
    this.model.add(gltf.scene);
    this.envelope = [];
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    gltf.scene.traverse((node) => {
      if (!node.isMesh && !node.isLine) return;
      const name = node.material.name;
      node.castShadow = node.isMesh && !/^(envelope|cell|floor)/.test(name);
      node.receiveShadow = node.isMesh && !name.startsWith("envelope");
      if (name.startsWith("envelope")) this.envelope.push(node);
      if (name.startsWith("floor") && dark) node.material.color.setScalar(0.12);
    });
    this.mixer = new AnimationMixer(gltf.scene);
    this.duration = 0;
    for (const clip of gltf.animations) {
      const action = this.mixer.clipAction(clip);
      action.setLoop(LoopOnce, 1);
      action.clampWhenFinished = true;
      action.play();
      this.duration = Math.max(this.duration, clip.duration);
    }
    this.showEnvelope(this.envelopeShown ?? true);
    this.seek(0);
    this.resize();
    this.frame(gltf.scene);
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  }

  /** How many triangles the last frame drew: none means that nothing is seen. */
  get drawnTriangles() {
    return this.renderer.info.render.triangles;
  }

  /** Stand where robot and work fill the view. */
  frame(scene) {
    const box = new Box3();
    scene.updateWorldMatrix(true, true);
    scene.traverse((node) => {
      if (node.isMesh && !/^(cell|floor)/.test(node.material.name)) box.expandByObject(node);
    });
    const { center, radius } = box.getBoundingSphere(new Sphere());
    this.home = { box, center: center.clone(), from: this.clearView(scene, center) };
    this.sun.position.copy(center).add(new Vector3(0.5, 1.4, 0.75).multiplyScalar(radius * 2));
    this.sun.target.position.copy(center);
    const reach = radius * 1.6;
    Object.assign(this.sun.shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 0.1, far: radius * 8 });
    this.sun.shadow.camera.updateProjectionMatrix();
    this.resetView();
  }

  /** The level direction to look from: beside the line from base to work, with the least of the cell in between. */
  clearView(scene, center) {
    const base = scene.getObjectByName("robot_base")?.getWorldPosition(new Vector3()) ?? center;
    const toWork = center.clone().sub(base).setY(0).normalize();
    const things = [];
    scene.traverse((node) => {
      if (node.isMesh && /^(cell|fixture|part|placed)/.test(node.material.name)) things.push(new Box3().setFromObject(node));
    });
    let best = null;
    for (let i = 0; i < 16; i += 1) {
      const from = new Vector3(Math.cos((i * Math.PI) / 8), 0, Math.sin((i * Math.PI) / 8));
      let hidden = 0.6 * Math.abs(from.dot(toWork) + 0.25);
      for (const thing of things) {
        const middle = thing.getCenter(new Vector3()).sub(center);
        hidden += Math.max(0, middle.dot(from)) * Math.max(0, thing.max.y - base.y);
      }
      if (!best || hidden < best.hidden) best = { from, hidden };
    }
    return best.from;
  }

  resetView() {
    if (!this.home) return;
    const { box, center, from } = this.home;
    const back = new Vector3(from.x, 0.38, from.z).normalize();
    const right = new Vector3(0, 1, 0).cross(back).normalize();
    const up = back.clone().cross(right);
    const half = Math.tan((this.camera.fov * Math.PI) / 360) / 1.12;
    let distance = 0;
    for (let i = 0; i < 8; i += 1) {
      const corner = new Vector3(...["x", "y", "z"].map((axis, bit) => ((i >> bit) & 1 ? box.max : box.min)[axis])).sub(center);
      const wide = Math.max(Math.abs(corner.dot(up)), Math.abs(corner.dot(right)) / this.camera.aspect);
      distance = Math.max(distance, corner.dot(back) + wide / half);
    }
    this.controls.target.copy(center);
    this.camera.position.copy(center).addScaledVector(back, distance);
    this.controls.update();
    this.redraw();
  }

  showEnvelope(visible) {
    this.envelopeShown = visible;
    for (const node of this.envelope ?? []) node.visible = visible;
    this.redraw();
  }

  seek(seconds) {
    this.time = Math.min(Math.max(seconds, 0), this.duration);
    // a finished action stops listening to setTime, so wake it before moving back
    for (const action of this.mixer?._actions ?? []) { action.paused = false; action.enabled = true; }
    this.mixer?.setTime(Math.min(this.time, Math.max(0, this.duration - 1e-4)));
    this.onTime(this.time);
    this.redraw();
  }

  play(on) {
    this.playing = on;
    if (on && this.time >= this.duration - 1e-3) this.seek(0);
    this.drawnAt = performance.now();
    this.redraw();
  }

  redraw() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      if (this.playing) {
        const now = performance.now();
        const next = this.time + Math.min((now - this.drawnAt) / 1000, 0.1) * this.rate;
        this.drawnAt = now;
        this.seek(next >= this.duration ? 0 : next);
      }
      const moved = this.controls.update();
      this.renderer.render(this.scene, this.camera);
      if (this.playing || moved) this.redraw();
    });
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (!width || !height) return;
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    this.redraw();
  }
}
